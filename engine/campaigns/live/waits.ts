/** An event of somebody as an inaction campaign sees it. */
export interface Happened {
	event: number;
	ts: number;
	/** Of the property that is held the same. */
	value: string;
}

/** Somebody's wait for an event that is not to come. */
export interface Wait {
	/** The event that began it. */
	first: number;
	value: string;
	start: number;
	/** The event that it is about: the latest that began it anew, else the first. */
	event: number;
	due: number;
	/** When the second event happened, if it did. */
	endedAt?: number;
}

/** A wait that is over because the entry has set out: it can no longer change. Without a value: no wait, but somebody came in. */
export type Over = Pick<Wait, 'start' | 'due'> & { value: string | undefined };

export interface WaitRules {
	withinMs: number;
	/** A further first event begins the wait anew. */
	restart: boolean;
	/** Whether somebody may come in at `ts` who came in at these times. */
	mayComeIn(ts: number, cameIn: readonly number[]): boolean;
}

/**
 * What somebody's first and second events amount to, in the order in which they happened, in whichever order they arrived.
 * A second event ends a wait from its first instant to its last. What is over stands: no wait overlaps with it.
 * @param waiting waits whose first event is no longer known
 */
export function waitsOf(firsts: readonly Happened[], seconds: readonly Happened[], over: readonly Over[], waiting: readonly Wait[], rules: WaitRules): Wait[] {
	const waits: Wait[] = waiting.map((wait) => ({ ...wait }));
	const open = new Map(waits.map((wait) => [wait.value, wait]));
	const overlaps = ({ ts, value }: Happened) => over.some((one) => one.value === value && ts < one.due && ts + rules.withinMs > one.start);
	const cameIn = () => [...over.map(({ start }) => start), ...waits.filter(({ endedAt }) => endedAt === undefined).map(({ start }) => start)];

	const begin = (item: Happened) => {
		const current = open.get(item.value);
		if (current && item.ts < current.due) {
			if (rules.restart && item.ts >= current.start) Object.assign(current, { event: item.event, due: item.ts + rules.withinMs });
			return;
		}
		if (overlaps(item) || !rules.mayComeIn(item.ts, cameIn())) return;
		const wait: Wait = { first: item.event, value: item.value, start: item.ts, event: item.event, due: item.ts + rules.withinMs };
		waits.push(wait);
		open.set(item.value, wait);
	};
	const end = ({ event, ts, value }: Happened, isDue: (wait: Wait) => boolean) => {
		const wait = open.get(value);
		if (!wait || !isDue(wait) || event === wait.event || ts > wait.due) return;
		wait.endedAt = ts;
		open.delete(value);
	};

	// Of one instant the second events come first, for what began before, and once more for what began then.
	const steps = [
		...seconds.map((item) => ({ item, turn: 0, take: () => end(item, ({ start }) => start < item.ts) })),
		...firsts.map((item) => ({ item, turn: 1, take: () => begin(item) })),
		...seconds.map((item) => ({ item, turn: 2, take: () => end(item, ({ start }) => start === item.ts) })),
	];
	steps.sort((a, b) => a.item.ts - b.item.ts || a.turn - b.turn || a.item.event - b.item.event);
	for (const { take } of steps) take();
	return waits;
}
