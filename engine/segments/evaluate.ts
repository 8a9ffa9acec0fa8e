import type { ColumnSource, PersonRange } from './columns';
import { startMeasure } from './measures';
import type { OperatorContext } from './operators';
import { PeopleSet } from './people-set';
import { compileRule, type CompiledRule, type EventPlan, type Plan } from './plan';
import type { Rule } from './rule';
import { Selection } from './selection';
import { ListSlots, RangeSlots, type Slots } from './slots';

/** What bounds the memory of one question, whatever the size of the audience. */
export interface Limits {
	/** People evaluated at a time; each takes up to 32 bytes meanwhile. */
	readonly people: number;
	/** As `people`, when the source names them one by one. */
	readonly listed: number;
	/** Different values counted at a time by `distinct` and `distinctDays`. */
	readonly pairs: number;
}

const LIMITS: Limits = { people: 1 << 20, listed: 1 << 16, pairs: 1 << 19 };

/** From so many separate tests of people on, ranges become smaller, because each test keeps a bit per person. */
const LEAVES_AT_FULL_RANGE = 32;

/**
 * Who belongs to the segment at `context.now`: person numbers, ascending. `rule` must have passed `parseRule`.
 * People are evaluated in ranges, each by set algebra over column batches; the rule is never translated to a query.
 */
export async function evaluate(
	rule: Rule,
	source: ColumnSource,
	context: OperatorContext,
	limits: Partial<Limits> = {},
): Promise<Uint32Array> {
	const compiled = compileRule(rule, context);
	const bounds = { ...LIMITS, ...limits };
	const found: Uint32Array[] = [];
	for (const slots of await allSlots(source, compiled, bounds)) {
		found.push(await new Evaluation(compiled, source, slots, context.zone, bounds).run());
	}
	return joined(found);
}

async function allSlots(source: ColumnSource, compiled: CompiledRule, limits: Limits): Promise<Iterable<Slots>> {
	if (source.only) return listSlots(source.only, limits.listed);
	const share = Math.min(1, LEAVES_AT_FULL_RANGE / Math.max(1, compiled.leaves.length));
	return rangeSlots(await source.span(), Math.max(1, Math.floor(limits.people * share)));
}

function* listSlots(people: Uint32Array, size: number): Iterable<Slots> {
	for (let start = 0; start < people.length; start += size) yield new ListSlots(people.subarray(start, start + size));
}

function* rangeSlots({ from, to }: PersonRange, size: number): Iterable<Slots> {
	for (let start = from; start < to; start += size) yield new RangeSlots({ from: start, to: Math.min(to, start + size) });
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

/** One range of people. */
class Evaluation {
	private readonly live: PeopleSet;
	private readonly leaves: PeopleSet[];
	private readonly selection = new Selection();

	constructor(
		private readonly compiled: CompiledRule,
		private readonly source: ColumnSource,
		private readonly slots: Slots,
		private readonly zone: string,
		private readonly limits: Limits,
	) {
		this.live = new PeopleSet(slots.size);
		this.leaves = compiled.leaves.map(() => new PeopleSet(slots.size));
	}

	async run(): Promise<Uint32Array> {
		await this.readPeople();
		const result = await this.evaluate(this.compiled.root, this.live);
		const people = new Uint32Array(result.count());
		let index = 0;
		result.forEach((slot) => (people[index++] = this.slots.personAt(slot)));
		return people;
	}

	/** One pass over the people answers everything that concerns them alone. */
	private async readPeople(): Promise<void> {
		const query = { range: this.slots.range, properties: this.compiled.peopleProperties, bucketKeys: this.compiled.bucketKeys };
		for await (const batch of this.source.people(query)) {
			const tests = this.compiled.leaves.map((leaf) => leaf(batch));
			for (let row = 0; row < batch.people.length; row++) {
				const slot = this.slots.slotOf(batch.people[row] as number);
				if (slot < 0) continue;
				const living = (((batch.living[row >>> 5] as number) >>> (row & 31)) & 1) === 1;
				this.live.set(slot, living);
				tests.forEach((passes, leaf) => (this.leaves[leaf] as PeopleSet).set(slot, living && passes(row)));
			}
		}
	}

	/** Those of the candidates who satisfy the plan. */
	private async evaluate(plan: Plan, candidates: PeopleSet): Promise<PeopleSet> {
		if (candidates.isEmpty()) return candidates;
		switch (plan.kind) {
			case 'people':
				return candidates.intersect(this.leaves[plan.leaf] as PeopleSet);
			case 'all': {
				let rest = candidates;
				for (const part of plan.parts) rest = await this.evaluate(part, rest);
				return rest;
			}
			case 'any': {
				const found = new PeopleSet(this.slots.size);
				for (const part of plan.parts) found.addAll(await this.evaluate(part, candidates.minus(found)));
				return found;
			}
			case 'not':
				return candidates.minus(await this.evaluate(plan.part, candidates));
			case 'event': {
				const did = await this.eventsOf(plan, candidates, this.slots.range);
				return plan.did ? did : candidates.minus(did);
			}
		}
	}

	private async eventsOf(plan: EventPlan, candidates: PeopleSet, range: PersonRange): Promise<PeopleSet> {
		const found = await this.gather(plan, candidates, range);
		if (found) return found;
		const middle = Math.floor((range.from + range.to) / 2);
		const halves = await this.eventsOf(plan, candidates, { from: range.from, to: middle });
		halves.addAll(await this.eventsOf(plan, candidates, { from: middle, to: range.to }));
		return halves;
	}

	/** Undefined when the range holds more different values than fit: then half of the people are asked about at a time. */
	private async gather(plan: EventPlan, candidates: PeopleSet, range: PersonRange): Promise<PeopleSet | undefined> {
		const single = range.to - range.from <= 1;
		const measure = startMeasure(plan, this.slots.size, this.zone, single ? Infinity : this.limits.pairs);
		// The first or last event is that of all times; the measure looks whether it lies in the window.
		const from = plan.occurrence ? -Infinity : plan.from;
		const to = plan.occurrence ? this.compiled.now : plan.to;
		for await (const batch of this.source.events({ range, name: plan.name, from, to, properties: plan.properties, times: true })) {
			this.selection.begin(batch, this.slots, range, candidates, from, to);
			for (const { path, test } of plan.where) this.selection.narrow(batch, path, test);
			measure.add(batch, this.selection);
			if (measure.full) return undefined;
		}
		const found = new PeopleSet(this.slots.size);
		candidates.forEach((slot) => {
			const person = this.slots.personAt(slot);
			if (person >= range.from && person < range.to && measure.holds(slot)) found.add(slot);
		});
		return found;
	}
}
