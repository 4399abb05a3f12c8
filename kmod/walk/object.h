/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_OBJECT_H
#define _RVM_OBJECT_H

#include <linux/path.h>

#include "lib/model/verb.h"

struct file;
struct super_block;

/**
 * rvm_object_of() - what kind of object a path leads to
 * @path: held by the caller
 *
 * A namespace that is bound to a name is a file like any other.  Own terminals
 * count as special here.
 *
 * Context: any.
 * Return: the kind.
 */
enum rvm_object rvm_object_of(const struct path *path);

/** rvm_object_of_dentry() - likewise where no mount is at hand */
enum rvm_object rvm_object_of_dentry(const struct dentry *dentry);

/**
 * rvm_object_is_code_memory() - is it memory that a program may put code into
 * @file: of a MEMORY object
 * @shared: the map shares what is written
 *
 * Memory of a process may be executable.  Shared memory is no more than that,
 * as long as nobody can load it by a name: what loaders open is opened to read.
 *
 * Context: any.
 * Return: true if it is.
 */
bool rvm_object_is_code_memory(const struct file *file, bool shared);

/**
 * rvm_object_is_numbered() - do number and generation of an inode stand for one file, ever
 * @sb: the file system that it is on
 *
 * Context: any.
 * Return: true where a file is not mistaken for another of the same number: see decisions.md.
 */
bool rvm_object_is_numbered(const struct super_block *sb);

#endif /* _RVM_OBJECT_H */
