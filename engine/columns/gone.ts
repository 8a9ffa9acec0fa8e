import type { Tx } from '../store/database';
import type { UpkeepState } from './catalog';

/** Stands for people who are nobody any more. No person has this number. */
const NOBODY = 0;

interface GoneRow {
	person: number;
	/** Null of erased people, whoever they had been merged into. */
	survivor: number | null;
	first_event: number;
}

/** What to select of `person`. */
export const GONE_COLUMNS = 'person, CASE WHEN erased_at IS NULL THEN merged_into END AS survivor, first_event';

/**
 * Numbers that no longer stand for a person of their own: merged people are their survivors, erased ones nobody.
 *
 * Only those since the last cleaning (UpkeepState.cleaned) are known here. Nobody who went before it is in a chunk, and
 * rows of events never name somebody gone: a merge points them to the survivor, an erasure deletes them, and whoever
 * writes events keeps people from being merged or erased meanwhile.
 */
export class GonePeople {
	/** Grows whenever somebody more is known to be gone. */
	version = 0;

	private became = new Map<number, number>();

	private bits = new Uint32Array(1024);

	private readTo = 0;

	/** Those who went before this stamp have been dropped. */
	private from = 0;

	/** Per version, the lowest id that an event of those who were added may have. */
	private readonly lowestEvents: number[] = [];

	/** How many are known. */
	get size(): number {
		return this.became.size;
	}

	/**
	 * Reads who has gone since the last time.
	 * @returns whether rows read before have to be looked over: `replace` when survivors take the place of others, `reread`
	 * when people were erased, or went and were taken out of columns without having been noticed here
	 */
	async refresh(tx: Tx, { peopleSettled, cleaned }: UpkeepState): Promise<'replace' | 'reread' | undefined> {
		// A store that was put back from a copy counts anew: everybody is read again.
		if (peopleSettled < this.readTo) this.readTo = this.from = 0;
		const isMissed = cleaned > this.readTo;
		const isCleaned = cleaned > this.from;
		const rows = await tx.all<GoneRow>(
			`SELECT ${GONE_COLUMNS} FROM person
			 WHERE stamp >= $1 AND (merged_into IS NOT NULL OR erased_at IS NOT NULL)`,
			[isCleaned ? cleaned : this.readTo],
		);
		const news = rows.filter((row) => this.became.get(row.person) !== (row.survivor ?? NOBODY));
		this.readTo = peopleSettled;
		if (isCleaned) this.dropAll(cleaned);
		for (const { person, survivor } of isCleaned ? rows : news) this.add(person, survivor ?? NOBODY);
		if (news.length > 0) {
			this.lowestEvents.push(news.reduce((lowest, row) => Math.min(lowest, row.first_event), Infinity));
			this.version++;
		}
		if (isMissed || news.some((row) => row.survivor === null)) return 'reread';
		return news.length > 0 ? 'replace' : undefined;
	}

	/** Puts survivors in the place of merged people and 0 in that of erased ones. */
	replaceIn(people: Uint32Array | number[]): void {
		if (this.became.size === 0) return;
		const { bits } = this;
		const limit = bits.length * 32;
		for (let index = 0; index < people.length; index++) {
			const person = people[index] as number;
			if (person >= limit || (((bits[person >>> 5] as number) >>> (person & 31)) & 1) === 0) continue;
			people[index] = this.became.get(person) as number;
		}
	}

	/** Whether anybody who has gone since `version` may have an event up to this id. */
	concern(version: number, highId: number): boolean {
		for (let index = version; index < this.version; index++) if ((this.lowestEvents[index] as number) <= highId) return true;
		return false;
	}

	private dropAll(from: number): void {
		this.became = new Map();
		this.bits = new Uint32Array(1024);
		this.from = from;
	}

	private add(person: number, now: number): void {
		const word = person >>> 5;
		if (word >= this.bits.length) {
			const larger = new Uint32Array(Math.max(word + 1, this.bits.length * 2));
			larger.set(this.bits);
			this.bits = larger;
		}
		this.bits[word] = (this.bits[word] as number) | (1 << (person & 31));
		this.became.set(person, now);
	}
}
