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

/** Numbers that no longer stand for a person of their own: merged people are their survivors, erased ones nobody. */
export class GonePeople {
	/** Grows whenever somebody more is known to be gone. */
	version = 0;

	private readonly became = new Map<number, number>();

	private bits = new Uint32Array(1024);

	private readTo = 0;

	/** Per version, the lowest id that an event of those who were added may have. */
	private readonly lowestEvents: number[] = [];

	/** Reads who has gone since the last time. */
	async refresh(tx: Tx, { peopleSettled }: UpkeepState): Promise<{ anybody: boolean; erased: boolean }> {
		// A store that was put back from a copy counts anew: everybody is read again.
		if (peopleSettled < this.readTo) this.readTo = 0;
		const rows = await tx.all<GoneRow>(
			`SELECT ${GONE_COLUMNS} FROM person
			 WHERE stamp >= $1 AND (merged_into IS NOT NULL OR erased_at IS NOT NULL)`,
			[this.readTo],
		);
		this.readTo = peopleSettled;
		const news = rows.filter((row) => this.became.get(row.person) !== (row.survivor ?? NOBODY));
		if (news.length === 0) return { anybody: false, erased: false };
		for (const { person, survivor } of news) this.add(person, survivor ?? NOBODY);
		this.lowestEvents.push(news.reduce((lowest, row) => Math.min(lowest, row.first_event), Infinity));
		this.version++;
		return { anybody: true, erased: news.some((row) => row.survivor === null) };
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
