#include "core/data/query/odsql_math.h"

/* clang-format off */
static const struct {
    const char *name;
    size_t arguments;
    const char *sql;
} functions[] = {
    {"math_sin",           1, "sin(a)"},
    {"math_cos",           1, "cos(a)"},
    {"math_tan",           1, "tan(a)"},
    {"math_asin",          1, "case when abs(a) <= 1 then asin(a) end"},
    {"math_acos",          1, "case when abs(a) <= 1 then acos(a) end"},
    {"math_atan",          1, "atan(a)"},
    {"math_atan2",         2, "atan2(a, b)"},
    {"math_toradians",     1, "radians(a)"},
    {"math_todegrees",     1, "case when abs(a) < 1e300 then degrees(a) end"},
    {"math_exp",           1, "case when a < -700 then 0 when a <= 709 then exp(a) end"},
    {"math_log",           1, "case when a > 0 then ln(a) end"},
    {"math_log10",         1, "case when a > 0 then log(a) end"},
    {"math_sqrt",          1, "case when a >= 0 then sqrt(a) end"},
    {"math_cbrt",          1, "cbrt(a)"},
    {"math_ieeeremainder", 2, "case when abs(a) < 1e150 and abs(b) > 1e-150 then a - b * round(a / b) end"},
    {"math_ceil",          1, "ceil(a)"},
    {"math_floor",         1, "floor(a)"},
    {"math_rint",          1, "round(a)"}, /* of float8: the even one of two that are as near */
    {"math_round",         1, "floor(a + 0.5)"},
    {"math_abs",           1, "abs(a)"},
    {"math_signum",        1, "sign(a)"},
    {"math_sinh",          1, "case when abs(a) <= 710 then sinh(a) end"},
    {"math_cosh",          1, "case when abs(a) <= 710 then cosh(a) end"},
    {"math_tanh",          1, "tanh(a)"},
    {"math_pow",           2, "case when b = 0 then 1 when a = 0 then case when b > 0 then 0 end "
                              "when abs(b * ln(abs(a))) < 700 and (a > 0 or b = floor(b)) then power(a, b) end"},
    {"math_hypot",         2, "case when abs(a) < 1e150 and abs(b) < 1e150 then sqrt(a * a + b * b) end"},
    /* two to the power of its exponent, less the 52 digits behind the point; what is smaller than 2^-1022 has its exponent */
    {"math_ulp",           1, "power(2::float8, greatest(get_byte(float8send(a), 0) % 128 * 16 + get_byte(float8send(a), 1) / 16, 1) - 1075)"},
    {"math_max",           2, "case when a is not null and b is not null then greatest(a, b) end"},
    {"math_min",           2, "case when a is not null and b is not null then least(a, b) end"},
};
/* clang-format on */
enum { FUNCTIONS = sizeof functions / sizeof functions[0], PREFIX = sizeof "math_" - 1 };

static size_t at(struct str name)
{
    size_t i = 0;
    while (i < FUNCTIONS && !str_ieq(name, str_of(functions[i].name)))
        i++;
    return i;
}

bool odsql_math_find(struct str name)
{
    return at(name) < FUNCTIONS;
}

const char *odsql_math_name(struct str name)
{
    for (size_t i = 0; i < FUNCTIONS; i++)
        if (str_ieq(name, str_of(functions[i].name + PREFIX)))
            return functions[i].name;
    return NULL;
}

bool odsql_math_arguments(struct str name, size_t n)
{
    return n == functions[at(name)].arguments;
}

const char *odsql_math_sql(struct str name)
{
    return functions[at(name)].sql;
}
