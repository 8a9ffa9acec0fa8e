import type { WhoGetsIt } from '../../campaigns/who-gets-it';
import type { Channel } from '../../people/records';
import type { AccountSettings } from '../../settings/settings';
import type { Tx } from '../../store/database';
import type { MessageClaim } from '../claim';

/** What a message counts for, in message.counts. */
export const Counts = {
	/** Nothing: it waits for room. */
	nothing: 0,
	/** The caps and limits of the account and of its campaign. */
	everything: 1,
	/** Those of its campaign alone: it is outside the account's limits. */
	campaignOnly: 2,
} as const;

/** SQL condition: a message that takes room. Definite failures give it back. `alias`: of table message. */
export function takesRoom(alias: string): string {
	return `${alias}.counts > 0 AND ${alias}.state NOT IN ('failed', 'not_sent')`;
}

/** A message that is to be claimed. */
export interface Candidate {
	message: MessageClaim;
	run: RunRow;
	/** Its number, of one that was claimed before. */
	known?: number;
	/** Absent: the person is none the store knows. */
	person?: PersonRow;
	/** Claimed before, and has had its room since then. */
	hasRoom: boolean;
	/** Window of the channel's throttle that it has a place in. */
	windowStart: number | null;
	/** The day on which it took its person's place under the campaign's limits. */
	place: string | null;
}

export interface RunRow {
	run: number;
	campaignId: string;
	state: string;
	who: WhoGetsIt;
	/** Of the draw in which people take places. */
	seed: number;
	/** People who were selected; 0 where they came one by one. */
	qualified: number;
}

export interface PersonRow {
	/** Themselves, or whom they were merged into. */
	survivor: number;
	optedOut: Partial<Record<Channel, boolean>>;
	erased: boolean;
	/** Whom they were merged into is in the run, too. */
	inRun: boolean;
	bucketKey: number;
}

/** What the checks of a batch have in common. */
export interface ClaimBatch {
	node: number;
	channel: Channel;
	/** The store's clock, epoch ms. */
	now: number;
	/** The account's IANA zone. */
	zone: string;
	settings: AccountSettings;
	runs: ReadonlyMap<number, RunRow>;
	/** In the order in which they are judged. */
	candidates: Candidate[];
}

export async function readRuns(tx: Tx, messages: readonly MessageClaim[]): Promise<Map<number, RunRow>> {
	const rows = await tx.all<{ run: number; campaign_id: string; state: string; who: string; seed: number; qualified: number }>(
		`SELECT r.run, r.campaign_id, r.state, r.who, r.seed, r.qualified FROM run r WHERE r.run IN (SELECT run FROM ${tx.dialect.rows('$1', { run: 'integer' })} AS asked)`,
		[JSON.stringify([...new Set(messages.map(({ run }) => run))].map((run) => [run]))],
	);
	return new Map(rows.map(({ campaign_id: campaignId, who, ...row }) => [row.run, { ...row, campaignId, who: JSON.parse(who) as WhoGetsIt }]));
}

/** The people of messages as they are now, by `run/person`. */
export async function readPeople(tx: Tx, messages: readonly MessageClaim[]): Promise<Map<string, PersonRow>> {
	// Somebody merged meanwhile is who they were merged into; one of the two is enough in a run.
	const rows = await tx.allOf<{ person: number; run: number; survivor: number; opted_out: string; erased_at: number | null; bucket_key: number; in_run: number }>(
		{ person: 'integer', run: 'integer' },
		messages.map(({ person, run }) => [person, run]),
		(given) => `SELECT p.person, a.run, s.person AS survivor, s.opted_out, s.erased_at, s.bucket_key,
				CASE WHEN p.merged_into IS NOT NULL AND EXISTS (SELECT 1 FROM entry e WHERE e.run = a.run AND e.person = p.merged_into) THEN 1 ELSE 0 END AS in_run
			 FROM ${given} AS a ${tx.dialect.each('person', 'p', 'p.person = a.person')} ${tx.dialect.each('person', 's', 's.person = coalesce(p.merged_into, p.person)')}`,
	);
	return new Map(
		rows.map((row) => [
			`${row.run}/${row.person}`,
			{
				survivor: row.survivor,
				optedOut: row.opted_out === '{}' ? NOTHING : (JSON.parse(row.opted_out) as PersonRow['optedOut']),
				erased: row.erased_at !== null,
				inRun: row.in_run === 1,
				bucketKey: row.bucket_key,
			},
		]),
	);
}

const NOTHING: PersonRow['optedOut'] = {};
