#include "tools/cli/tls_check.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* "Expire date:Jan  2 03:04:05 2027 GMT" */
static long days_until(const char *text)
{
    time_t at = curl_getdate(text, NULL);
    return at < 0 ? -1 : (long)((at - time(NULL)) / 86400);
}

static long read_expiry(CURL *curl)
{
    struct curl_certinfo *info = NULL;
    if (curl_easy_getinfo(curl, CURLINFO_CERTINFO, &info) != CURLE_OK || !info || info->num_of_certs < 1)
        return -1;
    for (const struct curl_slist *s = info->certinfo[0]; s; s = s->next)
        if (strncmp(s->data, "Expire date:", 12) == 0)
            return days_until(s->data + 12);
    return -1;
}

long tls_days_left(const char *host)
{
    char url[512];
    CURL *curl = curl_easy_init();
    snprintf(url, sizeof url, "https://%.300s/", host);
    if (!curl)
        return -1;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(curl, CURLOPT_CERTINFO, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 5L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    long days = curl_easy_perform(curl) == CURLE_OK ? read_expiry(curl) : -1;
    curl_easy_cleanup(curl);
    return days;
}
