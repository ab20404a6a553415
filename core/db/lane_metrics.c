#include "core/db/lane_inside.h"

static const struct {
    enum lanes_counter counter;
    const char *name, *help;
} counters[] = {
    {COUNT_FAST, "fast_segments", "Segments sent on pipelined connections."},
    {COUNT_EXCLUSIVE, "exclusive_segments", "Segments sent on exclusive connections."},
    {COUNT_FAILED, "failed", "Segments that answered an error."},
    {COUNT_SLOW, "slow", "Fast segments over 250 ms, sent again on an exclusive connection."},
    {COUNT_AGAIN, "again", "Read-only segments sent again after their connection was lost."},
    {COUNT_LOST, "connections_lost", "Connections lost."},
    {COUNT_CANCELLED, "cancelled", "Statements cancelled."},
    {COUNT_RECYCLED, "recycled", "Connections closed after 2,000 row tables."},
    {COUNT_DEADLINE, "deadline", "Segments that ran into the deadline of their request."},
    {COUNT_REFUSED, "refused", "Segments refused before they were sent."},
};

static void gauges(const struct lane_pool *p, struct buf *out)
{
    unsigned up = 0, running = 0;
    for (unsigned i = 0; i < p->n; i++) {
        up += p->lane[i].link.state == LINK_UP;
        running += p->lane[i].running.n;
    }
    buf_printf(out, "terrasse_db_connections{role=\"%s\"} %u\n", p->name, up);
    buf_printf(out, "terrasse_db_running{role=\"%s\"} %u\n", p->name, running);
    buf_printf(out, "terrasse_db_waiting{role=\"%s\"} %u\n", p->name, p->fast.n + p->queue.n);
}

void lanes_metrics(const struct lanes *l, struct buf *out)
{
    for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++)
        buf_printf(out, "# HELP terrasse_db_%s_total %s\n# TYPE terrasse_db_%s_total counter\n"
                        "terrasse_db_%s_total %llu\n",
                   counters[i].name, counters[i].help, counters[i].name, counters[i].name,
                   (unsigned long long)l->count[counters[i].counter]);
    gauges(&l->web, out);
    gauges(&l->reader, out);
}
