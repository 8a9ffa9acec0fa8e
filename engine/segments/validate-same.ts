import { inside, type Complaints } from './complaints';
import { eventKey } from './event-key';
import { isRecord } from './values';

/** `checkInner` checks the rule inside, which may be about events alone. */
export function checkSame(
	value: unknown,
	path: string,
	complaints: Complaints,
	checkInner: (rule: unknown, path: string) => void,
): void {
	const same = complaints.object(value, path, '"same"', ['property', 'rule']);
	if (!same) return;
	const before = complaints.errors.length;
	checkInner(same.rule, inside(path, 'rule'));
	const names = complaints.errors.length === before ? namesIn(same.rule) : undefined;
	if (names?.size === 0) complaints.add(inside(path, 'rule'), 'must be about at least one event');
	checkProperty(same.property, inside(path, 'property'), names, complaints);
}

/** `names`: those of the rule inside, by `eventKey`; undefined when they are not known for errors. */
function checkProperty(value: unknown, path: string, names: ReadonlyMap<string, string> | undefined, complaints: Complaints): void {
	if (!isRecord(value)) return complaints.name(value, path, 'the property');
	const known = new Set<string>();
	for (const [event, property] of Object.entries(value)) {
		const here = inside(path, event);
		complaints.name(property, here, 'the property');
		const key = eventKey(event);
		if (known.has(key)) complaints.add(here, `"${event}" is named twice`);
		else if (names && !names.has(key)) complaints.add(here, `no rule inside is about "${event}"`);
		known.add(key);
	}
	for (const [key, event] of names ?? []) {
		if (!known.has(key)) complaints.add(path, `does not say which property of "${event}" is to be the same`);
	}
}

/** Event names by `eventKey`. `rule` has been checked. */
function namesIn(rule: unknown): Map<string, string> {
	const names = new Map<string, string>();
	const visit = (part: unknown) => {
		const { all, any, not, event } = part as { all?: unknown[]; any?: unknown[]; not?: unknown; event?: string | string[] };
		for (const inner of [...(all ?? []), ...(any ?? []), ...(not === undefined ? [] : [not])]) visit(inner);
		for (const name of event === undefined ? [] : [event].flat()) if (!names.has(eventKey(name))) names.set(eventKey(name), name);
	};
	visit(rule);
	return names;
}
