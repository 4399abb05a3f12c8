#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Write the names that rvmctl prints, from the netlink specification: spec-names.py SPEC"""
import sys

import yaml

# Masks whose words only the tool needs; those that the module needs too are in kmod/lib/model/text.c.
FLAGS = ["scope-flag", "partition-flag", "token-flag"]


def upper(name):
    return name.upper().replace("-", "_")


def lower(name):
    return name.replace("-", "_")


def flag_words(definition):
    name = lower(definition["name"])
    words = [e if isinstance(e, str) else e["name"] for e in definition["entries"]]
    print(f"\nconst char *const {name}_words[{len(words)}] = {{")
    for word in words:
        print(f'\t"{word}",')
    print("};")


def attribute_set(attributes):
    name = attributes["name"]
    nests = [a for a in attributes["attributes"] if "nested-attributes" in a]
    print(f"\nstatic const char *const {lower(name)}_names[] = {{")
    for attribute in attributes["attributes"]:
        word = attribute["name"]
        print(f'\t[RVM_A_{upper(name)}_{upper(word)}] = "{word}",')
    print("};")
    print(f'static_assert(RVM_A_{upper(name)}_MAX <= SPEC_ATTRS_MAX, "the largest set");\n')
    print(f"static const struct spec_set {lower(name)}_set = {{")
    print(f"\t.names = {lower(name)}_names,")
    print(f"\t.max = RVM_A_{upper(name)}_MAX,")
    if nests:
        print("\t.nest = {")
        for nest in nests:
            word, inner = nest["name"], nest["nested-attributes"]
            print(f"\t\t{{ RVM_A_{upper(name)}_{upper(word)}, &{lower(inner)}_set }},")
        print("\t},")
    print("};")


def inner_first(sets):
    """Sets are declared before those that nest them."""
    left = {s["name"]: s for s in sets}
    while left:
        for name, attributes in list(left.items()):
            inner = {a.get("nested-attributes") for a in attributes["attributes"]}
            if not inner & left.keys():
                yield left.pop(name)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        spec = yaml.safe_load(file)
    print("// SPDX-License-Identifier: GPL-2.0-only")
    print("/* Made by scripts/nl-regen.sh from rvm.yaml; do not edit. */")
    print("#include <assert.h>\n#include <linux/rvm.h>\n\n#include \"wire/spec.h\"")
    for definition in spec["definitions"]:
        if definition["name"] in FLAGS:
            flag_words(definition)
    for attributes in inner_first(spec["attribute-sets"]):
        attribute_set(attributes)
    print("\nconst struct spec_set *const spec_sets[RVM_CMD_MAX + 1] = {")
    for operation in spec["operations"]["list"]:
        if "attribute-set" in operation:
            command = upper(operation["name"])
            print(f"\t[RVM_CMD_{command}] = &{lower(operation['attribute-set'])}_set,")
    print("};")


main()
