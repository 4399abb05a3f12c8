// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the tracepoints are made of.
 */

#include "lib/judge/judge.h"

#define CREATE_TRACE_POINTS
#include "rvm_trace.h"
