#include "limine_fault.h"

#include "format.h"
#include "limine_respond.h"

void limine_fault_fill(const struct attempt *a, const struct limine *l, struct limine_fault *out)
{
	uint32_t answered = limine_answered(a, l);

	*out = (struct limine_fault){ .revision = l->revision, .has_direct_map = true,
	                              .direct_map = a->space.plan.direct_map };
	for (unsigned id = 0; id < LIMINE_REQUESTS; id++)
		if (limine_asks(l, id) && !(answered >> id & 1)) {
			out->missing |= 1u << id;
			out->pointer[id] = l->of[id].virt + a->kernel.slide + offsetof(struct limine_request, response);
		}
}

bool limine_null_may_be(const struct limine_fault *n, const struct fault_view *v)
{
	return n->missing && v->has_address && v->by_tables && !v->user && v->access != WALK_EXECUTE &&
	       v->address < LIMINE_NULL_BYTES;
}

size_t limine_null_say(const struct limine_fault *n, fault_reader *reads, const uint8_t *code, unsigned bytes, vaddr pc,
                       char *out, size_t size)
{
	static const char one_lead[] = "test `response` before its use: Limine's request for ",
	                  many_lead[] = "test `response` before its use: Limine's requests for ";
	uint32_t named = 0;
	size_t used = 0;

	for (unsigned id = 0; id < LIMINE_REQUESTS; id++)
		if (n->missing >> id & 1 && reads(code, bytes, pc - bytes, n->pointer[id]))
			named |= 1u << id;
	uint32_t said = named ? named : n->missing;
	bool one = !(said & (said - 1));
	for (unsigned id = 0; id < LIMINE_REQUESTS; id++)
		if (said >> id & 1)
			used += format(out + used, size - used, "%s%s", used ? ", " : one ? one_lead : many_lead,
			               limine_name(id));
	return used + format(out + used, size - used, "%s%s", one ? " was not answered" : " were not answered",
	                     named ? ", and the code before this reads its response" : "");
}

enum { LOW_BITS = 40 }; /* of physical addresses that are believed */

bool limine_low_may_be(const struct fault_view *v)
{
	bool unmapped = v->what.code == ERR_FAULT_READ_UNMAPPED || v->what.code == ERR_FAULT_WRITE_UNMAPPED;

	return unmapped && v->has_address && !v->user && v->address >= PAGE_BYTES && v->address >> LOW_BITS == 0;
}

/* "Memory Layout at Handoff": the identity map is base revision 0's. */
size_t limine_low_say(const struct limine_fault *n, vaddr address, char *out, size_t size)
{
	char why[80] = "the identity map of base revision 0 is gone";

	if (n->revision)
		format(why, sizeof why, "base revision %u has no identity map", n->revision);
	if (n->has_direct_map)
		return format(out, size, "use %#llx, its place in the direct map (HHDM), if this is a physical "
		              "address: %s", (unsigned long long)(n->direct_map + address), why);
	return format(out, size, "ask for the HHDM and add its offset, if this is a physical address: %s", why);
}
