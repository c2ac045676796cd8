/*
 * banned.h - functions that may not be used in zdm, each with what to use.
 *
 * Included by the compiler before every source file (-include), so that a use
 * does not compile. System headers are pulled in first: they declare the names.
 */
#ifndef ZDM_BASE_BANNED_H
#define ZDM_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ZDM_BANNED(func, instead) zdm_banned_##func##_use_##instead

#undef strcpy
#define strcpy(x, y) ZDM_BANNED(strcpy, zdm_buf_add)
#undef strcat
#define strcat(x, y) ZDM_BANNED(strcat, zdm_buf_add)
#undef strncpy
#define strncpy(x, y, n) ZDM_BANNED(strncpy, snprintf)
#undef strncat
#define strncat(x, y, n) ZDM_BANNED(strncat, zdm_buf_add)
#undef sprintf
#define sprintf(...) ZDM_BANNED(sprintf, snprintf)
#undef vsprintf
#define vsprintf(...) ZDM_BANNED(vsprintf, vsnprintf)
#undef gets
#define gets(x) ZDM_BANNED(gets, fgets)
#undef system
#define system(x) ZDM_BANNED(system, zdm_spawn)
#undef popen
#define popen(x, y) ZDM_BANNED(popen, zdm_spawn)
#undef strtok
#define strtok(x, y) ZDM_BANNED(strtok, strcspn)
#undef gmtime
#define gmtime(x) ZDM_BANNED(gmtime, gmtime_r)
#undef localtime
#define localtime(x) ZDM_BANNED(localtime, localtime_r)
#undef ctime
#define ctime(x) ZDM_BANNED(ctime, strftime)
#undef asctime
#define asctime(x) ZDM_BANNED(asctime, strftime)
#undef atoi
#define atoi(x) ZDM_BANNED(atoi, zdm_parse_i64)
#undef rand
#define rand() ZDM_BANNED(rand, zdm_random_double)

#endif
