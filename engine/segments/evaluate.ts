import { solve } from './algebra';
import type { ColumnSource } from './columns';
import { compileRule } from './compile';
import { holdersOf } from './events';
import { LEAST_PAIRS, LIMITS, widthOfRanges, type Limits } from './limits';
import { listMembers } from './list-members';
import { readPeople } from './living';
import type { OperatorContext } from './operators';
import { PeopleSet } from './people-set';
import type { CompiledRule } from './plan';
import { rangesOf, setOf } from './ranges';
import type { Rule } from './rule';
import { sameHolders } from './same';
import type { Scene } from './scene';
import { withScratch } from './scratch';
import { Selection } from './selection';

/**
 * Who belongs to the segment at `context.now`: person numbers, ascending. `rule` must have passed `parseRule`.
 * People are evaluated in ranges, each by set algebra over column batches; the rule is never translated to a query.
 * @throws CampaignError `unresolved_segment` when the rule refers to a saved segment, `list_unknown`.
 */
export async function evaluate(
	rule: Rule,
	source: ColumnSource,
	context: OperatorContext,
	limits: Partial<Limits> = {},
): Promise<Uint32Array> {
	const compiled = compileRule(rule, context);
	const bounds = { ...LIMITS, ...limits };
	const width = widthOfRanges(bounds, compiled.leaves.length);
	return await withScratch(async (scratch) => {
		const found: Uint32Array[] = [];
		const shared = { source, now: context.now, zone: context.zone, selection: new Selection(), scratch };
		for (const { range, only } of await rangesOf(source, width)) {
			const pairs = bounds.pairs ?? Math.max(LEAST_PAIRS, (range.to - range.from) >>> 1);
			found.push(await evaluateRange(compiled, { ...shared, range, pairs }, only));
		}
		return joined(found);
	});
}

async function evaluateRange(compiled: CompiledRule, scene: Scene, only?: Uint32Array): Promise<Uint32Array> {
	const people = await readPeople(compiled, scene.source, scene.range);
	const asked = only ? people.living.intersect(setOf(only, scene.range)) : people.living;
	const result = await solve(compiled.root, asked, async (plan, candidates) => {
		switch (plan.kind) {
			case 'people':
				return candidates.intersect(people.leaves[plan.leaf] as PeopleSet);
			case 'list':
				return candidates.intersect(setOf(await listMembers(scene.source, plan.id), scene.range));
			case 'event':
				return await holdersOf(plan, candidates, scene);
			case 'same':
				return await sameHolders(plan, candidates, scene);
		}
	});
	return result.numbers(scene.range.from);
}

function joined(parts: Uint32Array[]): Uint32Array {
	if (parts.length === 1) return parts[0] as Uint32Array;
	const all = new Uint32Array(parts.reduce((total, part) => total + part.length, 0));
	let offset = 0;
	for (const part of parts) {
		all.set(part, offset);
		offset += part.length;
	}
	return all;
}
