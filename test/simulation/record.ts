import type { DatabaseSync } from 'node:sqlite';

import { idOf, PEOPLE, zoneOfPerson } from './people';
import type { Request } from './provider';
import { ZONE } from './units';

/** A message as the store recorded it, with whom and what brought them in. */
export interface Recorded {
	message: number;
	entry: number;
	run: number;
	campaign: string;
	/** Name of the sender. */
	node: string;
	person: string;
	state: string;
	reason: string | null;
	detail: string | null;
	claimedAt: number;
	settledAt: number | null;
	/** When the event of the entry happened, or null. */
	eventAt: number | null;
}

/** Somebody who ended without a message, and why. */
export interface Dropped {
	entry: number;
	campaign: string;
	person: string;
	reason: string;
	eventAt: number | null;
}

/** What a year left behind: the provider's own list, the store's rows, and what people did. */
export interface YearRecord {
	start: number;
	end: number;
	requests: readonly Request[];
	messages: readonly Recorded[];
	dropped: readonly Dropped[];
	/** When each run started. */
	startedAt: ReadonlyMap<number, number>;
	events: ReadonlyArray<{ user: string; name: string; ts: number; arrivedAt: number }>;
	/** People whom something befell: what is due to them is not computed here. */
	changed: ReadonlySet<string>;
	weeklyLimit: number;
}

/** Reads what the store recorded. */
export function readRows(database: DatabaseSync): Pick<YearRecord, 'messages' | 'dropped' | 'startedAt'> {
	const who = `JOIN entry e ON e.entry = x.entry JOIN run r ON r.run = x.run JOIN node n ON n.node = x.node
		LEFT JOIN identity i ON i.person = e.person AND i.kind = 'user' LEFT JOIN event v ON v.id = e.event`;
	const columns = `x.entry, x.run, r.campaign_id AS campaign, n.name AS node, coalesce(i.value, '') AS person, x.reason, x.detail, v.ts AS "eventAt"`;
	return {
		messages: database.prepare(`SELECT x.message, x.state, x.claimed_at AS "claimedAt", x.settled_at AS "settledAt", ${columns} FROM message x ${who}`).all() as unknown as Recorded[],
		dropped: database.prepare(`SELECT ${columns} FROM dropped x ${who}`).all() as unknown as Dropped[],
		startedAt: new Map(database.prepare('SELECT run, started_at FROM run').all().map(({ run, started_at: at }) => [Number(run), Number(at)])),
	};
}

/** A record by campaign, and by message. */
export class Year {
	private readonly byCampaign = new Map<string, Request[]>();

	private readonly firstOf = new Map<string, Request>();

	constructor(readonly record: YearRecord) {
		for (const request of record.requests) {
			const own = this.byCampaign.get(request.campaign);
			if (own) own.push(request);
			else this.byCampaign.set(request.campaign, [request]);
			if (!this.firstOf.has(request.messageId)) this.firstOf.set(request.messageId, request);
		}
	}

	/** All requests of a campaign, or only the first of each message: later ones the provider held up. */
	requests(campaign: string, which: 'all' | 'first' = 'all'): Request[] {
		const all = this.byCampaign.get(idOfCampaign(campaign)) ?? [];
		return which === 'all' ? all : all.filter((request) => this.firstOf.get(request.messageId) === request);
	}

	/** When the provider was first asked to take a message. */
	firstAt({ messageId }: Request): number {
		return (this.firstOf.get(messageId) as Request).at;
	}

	/** Messages that the provider took, or may have. */
	accepted(campaign: string): Request[] {
		return this.requests(campaign).filter(isAccepted);
	}

	messages(campaign: string): Recorded[] {
		return this.record.messages.filter((message) => message.campaign === idOfCampaign(campaign));
	}

	dropped(campaign: string): Dropped[] {
		return this.record.dropped.filter((one) => one.campaign === idOfCampaign(campaign));
	}

	/** People whom nothing befell, so that all that is due to them can be computed. */
	get unchanged(): string[] {
		return Array.from({ length: PEOPLE }, (_, index) => idOf(index)).filter((person) => !this.record.changed.has(person));
	}

	isUnchanged = ({ person }: { person: string }): boolean => person !== '' && !this.record.changed.has(person);
}

export const isAccepted = ({ outcome }: Request): boolean => outcome === 'sent' || outcome === 'unknown';

export const zoneOfId = (person: string): string => zoneOfPerson(numberOfId(person)) ?? ZONE;

export const numberOfId = (person: string): number => Number(person.slice(1));

function idOfCampaign(name: string): string {
	return `${name}:node-1`;
}

/** Throws what was found wrong, with up to five of the facts. */
export function mustBeNone(what: string, wrong: readonly unknown[]): void {
	if (wrong.length > 0) throw new Error(`${what} (${wrong.length}): ${JSON.stringify(wrong.slice(0, 5))}`);
}

/** Throws where two sets are not the same. */
export function mustBeSame(what: string, found: Iterable<string>, expected: Iterable<string>): void {
	const [those, these] = [new Set(found), new Set(expected)];
	mustBeNone(`${what}: too many`, [...those].filter((one) => !these.has(one)));
	mustBeNone(`${what}: missing`, [...these].filter((one) => !those.has(one)));
}

export function must(what: string, holds: boolean, ...facts: unknown[]): void {
	if (!holds) throw new Error(`${what}: ${JSON.stringify(facts)}`);
}
