import type { Batches, ColumnSource, EventBatch, PersonRange } from './columns';

export interface Scan {
	range: PersonRange;
	names: readonly string[];
	from: number;
	to: number;
	properties: (name: string) => readonly string[];
	times: boolean;
}

/** Visits all batches of the events, name by name; stops once `visit` returns false. Returns whether it went to the end. */
export async function scanEvents(source: ColumnSource, scan: Scan, visit: (batch: EventBatch, name: string) => boolean): Promise<boolean> {
	const { range, from, to, times } = scan;
	for (const name of scan.names) {
		const batches = source.events({ range, name, from, to, properties: scan.properties(name), times });
		if (!(await visitAll(batches, (batch) => visit(batch, name)))) return false;
	}
	return true;
}

/** Without waiting in between where the source does not. */
export async function visitAll<Batch>(batches: Batches<Batch>, visit: (batch: Batch) => boolean): Promise<boolean> {
	if (Symbol.iterator in batches) {
		for (const batch of batches) if (!visit(batch)) return false;
	} else {
		for await (const batch of batches) if (!visit(batch)) return false;
	}
	return true;
}
