// SPDX-License-Identifier: GPL-2.0-only
#include "grammar/scope_rights.h"

static u8 path_rights(const struct rvm_scope_spec *spec)
{
	if (spec->flags & RVM_SCOPE_FLAG_RUN)
		return RVM_RIGHT_EXECUTE;
	if (spec->verb == RVM_RIGHT_WRITE)
		return RVM_RIGHT_READ | RVM_RIGHT_WRITE;
	/* Tool words for files have the flag as well, but start nothing. */
	if (!spec->verb && spec->flags & RVM_SCOPE_FLAG_LOAD)
		return RVM_RIGHT_READ | RVM_RIGHT_EXECUTE;
	return RVM_RIGHT_READ;
}

u8 rvm_scope_rights(const struct rvm_scope_spec *spec)
{
	switch (spec->class) {
	case RVM_CLASS_PATH:
		return path_rights(spec);
	case RVM_CLASS_EXEC:
	case RVM_CLASS_NET:
	case RVM_CLASS_TOOL:
		return RVM_RIGHT_EXECUTE;
	case RVM_CLASS_NAME:
		return RVM_RIGHT_READ;
	default:
		return 0;
	}
}
