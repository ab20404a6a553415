#pragma once
#include <curl/curl.h>

/*
 * curl_guard -- what holds for every exchange we begin, with whomever: a certificate and its name are verified, nothing of
 * the environment (proxy, .netrc) has a say, no signal is used, no connection is kept, ten seconds to connect.
 */
void curl_guard(CURL *curl);
