import type { Tx } from '../../store/database';
import { readCatalog, readState, type Catalog, type UpkeepState } from '../catalog';
import { DamagedColumn } from '../encoding';
import type { Change } from './change';
import { cleanChunks, planCleaning, type CleaningPass } from './clean';
import { compactEvents } from './compact-events';
import { planPeoplePass, refreshPeople, type PeoplePass } from './refresh-people';
import { findDamage, repair, type Damage } from './repair';

/** However few people have changed or gone, within this time they are in their blocks, or out of all columns. */
const AT_LATEST_MS = 10 * 60_000;

export interface UpkeepRequest {
	/** Whatever there is to do, however little. */
	all: boolean;
	damage: Damage;
	/** What was done last has not been written: it has to be found again. */
	forget: boolean;
}

/**
 * Finds out what there is to do to keep the columns up to date, one small piece at a time. It only reads; what it makes is
 * written by `applyUpkeep`. It remembers what it is in the middle of; forgotten, it is found again.
 */
export class Upkeep {
	private damage: Damage = { chunks: [], blocks: [], all: false };

	private isChecked = false;

	private peoplePass?: PeoplePass;

	private cleaningPass?: CleaningPass;

	private lastPass: number | undefined;

	/** What the columns' generation is once the last piece has been written; another one: it was not, or others have written. */
	private expected: number | undefined;

	/** The next piece of work, done; undefined when there is none. */
	async next(tx: Tx, { all, damage, forget }: UpkeepRequest, now: number): Promise<Change | undefined> {
		if (forget) this.forget();
		const state = await readState(tx);
		const catalog = await readCatalog(tx, state);
		if (state.generation !== this.expected) this.endPasses();
		const change = await this.find(tx, state, catalog, { all, damage, forget }, now);
		if (change?.reset) this.endPasses();
		this.expected = state.generation + (change ? 1 : 0);
		return change;
	}

	private async find(tx: Tx, state: UpkeepState, catalog: Catalog, { all, damage }: UpkeepRequest, now: number): Promise<Change | undefined> {
		if (!this.isChecked) this.note(await findDamage(tx, catalog));
		this.isChecked = true;
		// Of columns that have been written anew since, a report says nothing.
		const isCurrent = damage.generation === undefined || damage.generation === state.generation;
		this.note({ ...damage, all: (damage.all && isCurrent) || catalog.isDamaged });
		try {
			return (await repair(tx, state, catalog, this.damage)) ?? (await this.ordinary(tx, state, catalog, all, now));
		} catch (error) {
			if (!(error instanceof DamagedColumn)) throw error;
			// Met in passing. Which chunk it was is not said, and rows are there for everything.
			return await repair(tx, state, catalog, { chunks: [], blocks: [], all: true });
		}
	}

	private async ordinary(tx: Tx, state: UpkeepState, catalog: Catalog, all: boolean, now: number): Promise<Change | undefined> {
		const events = await compactEvents(tx, state, catalog, all);
		if (events) return events;
		this.lastPass ??= now;
		const due = all || Math.abs(now - this.lastPass) >= AT_LATEST_MS;
		if (this.cleaningPass === undefined && this.peoplePass === undefined) {
			this.peoplePass = await planPeoplePass(tx, state, catalog, due);
			if (due) this.cleaningPass = await planCleaning(tx, state);
			if (due) this.lastPass = now;
		}
		if (this.peoplePass) {
			const change = await refreshPeople(tx, state, this.peoplePass);
			if (change.people !== undefined) this.peoplePass = undefined;
			return change;
		}
		if (!this.cleaningPass) return undefined;
		const change = await cleanChunks(tx, state, catalog, this.cleaningPass);
		if (change.cleaned !== undefined) this.cleaningPass = undefined;
		return change;
	}

	private forget(): void {
		this.isChecked = false;
		this.lastPass = undefined;
		this.endPasses();
	}

	/** Half a pass must not be taken for a whole one: what is left of it begins anew. */
	private endPasses(): void {
		this.peoplePass = undefined;
		this.cleaningPass = undefined;
	}

	private note({ chunks, blocks, all }: Damage): void {
		this.damage = {
			chunks: [...new Set([...this.damage.chunks, ...chunks])],
			blocks: [...new Set([...this.damage.blocks, ...blocks])],
			all: this.damage.all || all,
		};
	}
}
