// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps what a counting rvm.ko has counted each time that it was loaded: when it is
 * removed, also after a failed load, its counters become
 * /sys/kernel/debug/rvm_coverage/N.  The text has a line for each file,
 *
 *	file VERSION STAMP SUM NAME
 *
 * and after it one for each of its functions, with its counters:
 *
 *	function IDENT LINE_SUM GRAPH_SUM COUNT...
 */
#include <linux/debugfs.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/notifier.h>
#include <linux/seq_buf.h>
#include <linux/slab.h>

#include "coverage.h"

#define TEXT_BYTES (4 << 20)

/* One time that the module was loaded. */
struct load {
	struct list_head node;
	struct debugfs_blob_wrapper blob;
};

static struct dentry *folder;
/* Modules go one after the other: the notifier is not called twice at a time. */
static LIST_HEAD(loads);
static unsigned int load_count;

static const struct coverage_file **find_files(struct module *module)
{
	unsigned int i;

	for (i = 0; i < module->num_kp; i++) {
		if (!strcmp(module->kp[i].name, "coverage"))
			return (const struct coverage_file **)module->kp[i].arg + 1;
	}
	return NULL;
}

static void print_function(struct seq_buf *text, const struct coverage_function *function)
{
	unsigned int i;

	seq_buf_printf(text, "function %u %u %u", function->ident, function->line_sum,
		       function->graph_sum);
	for (i = 0; i < function->arcs.number; i++)
		seq_buf_printf(text, " %lld", READ_ONCE(function->arcs.values[i]));
	seq_buf_puts(text, "\n");
}

static void print_file(struct seq_buf *text, const struct coverage_file *file)
{
	unsigned int i;

	seq_buf_printf(text, "file %u %u %u %s\n", file->version, file->stamp, file->sum,
		       file->name);
	for (i = 0; i < file->number; i++) {
		if (file->functions[i] && file->functions[i]->owner == file)
			print_function(text, file->functions[i]);
	}
}

static void keep(const struct coverage_file **files)
{
	struct load *load = kzalloc(sizeof(*load), GFP_KERNEL);
	char *page = kvmalloc(TEXT_BYTES, GFP_KERNEL);
	struct seq_buf text;
	char name[16];

	if (!load || !page)
		goto err;
	seq_buf_init(&text, page, TEXT_BYTES);
	while (*files)
		print_file(&text, *files++);
	if (seq_buf_has_overflowed(&text))
		goto err;
	load->blob.size = seq_buf_used(&text);
	load->blob.data = kvmemdup(page, load->blob.size, GFP_KERNEL);
	if (!load->blob.data)
		goto err;
	kvfree(page);
	list_add(&load->node, &loads);
	snprintf(name, sizeof(name), "%u", load_count++);
	debugfs_create_blob(name, 0400, folder, &load->blob);
	return;

err:
	/* Whoever runs this reads the log for it. */
	pr_err("WARNING: counters are lost\n");
	kvfree(page);
	kfree(load);
}

static int module_changes(struct notifier_block *block, unsigned long state, void *data)
{
	const struct coverage_file **files;
	struct module *module = data;

	if (state != MODULE_STATE_GOING || strcmp(module->name, "rvm"))
		return NOTIFY_DONE;
	files = find_files(module);
	if (files)
		keep(files);
	return NOTIFY_DONE;
}

static struct notifier_block notifier = {
	.notifier_call = module_changes,
};

static int __init coverage_init(void)
{
	folder = debugfs_create_dir("rvm_coverage", NULL);
	return register_module_notifier(&notifier);
}

static void __exit coverage_exit(void)
{
	struct load *load, *next;

	unregister_module_notifier(&notifier);
	debugfs_remove(folder);
	list_for_each_entry_safe(load, next, &loads, node) {
		kvfree(load->blob.data);
		kfree(load);
	}
}

module_init(coverage_init);
module_exit(coverage_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Keeps what a counting rvm.ko has counted");
