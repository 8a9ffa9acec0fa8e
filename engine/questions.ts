import { audienceMembers, audienceRange, audienceSize } from './audiences/members';
import { earliestEvents } from './campaigns/live/earliest';
import { findInZones, zonesOfPeople } from './campaigns/zones/find-in-zones';
import { momentsOfPeople } from './campaigns/zones/people-moments';
import type { ColumnStore } from './columns/column-store';
import { removedNodes } from './campaigns/control/removed-nodes';
import { campaignStatus } from './campaigns/control/status';
import { unknownMessages } from './campaigns/control/unknown-messages';
import { notSentTo } from './delivery/checks/preview';
import { awaitedEvents, awaitedHolds } from './gates/awaited';
import { convertedEntries, entriesOutsideSegment } from './gates/still-wanted';
import { customLists, membersOfList } from './people/lists/read';
import { readProfiles } from './people/person';
import { whoIs } from './people/who';
import { latestEvents } from './personalization/latest-events';
import { unknownValues } from './personalization/unknown-values';
import { peopleOfRun } from './reports/people-of-run';
import { personStory } from './reports/person-story';
import { runReport } from './reports/run-report';
import { listCampaigns, runsOf } from './reports/runs';
import { idsOf } from './segments/people-ids';
import { breakdown, constantValues, find, matching, reach } from './segments/questions';
import type { Rule } from './segments/rule';
import { explainRule, savedSegment, savedSegments } from './segments/saved/read';
import type { Tx } from './store/database';
import { unknownNames } from './segments/unknown-names';

/** What a question may know besides its input. */
export interface QuestionContext {
	/** The store's clock, epoch milliseconds. */
	readonly now: number;
	/** The account's IANA zone. */
	readonly zone: string;
	/** The store's columns, as this thread knows them. */
	readonly columns: ColumnStore;
}

/** A rule, and the moment it is asked about when that is not the clock's. */
interface AskedAt {
	rule: Rule;
	now?: number;
}

function at(context: QuestionContext, now: number | undefined): QuestionContext {
	return now === undefined ? context : { ...context, now };
}

/** Everything a store can be asked. Each is answered from one consistent picture, on a thread of its own. */
export const questions = {
	find: async (tx: Tx, { rule, now }: AskedAt, context: QuestionContext) => await find(tx, { rule }, at(context, now)),
	matching,
	zonesOfPeople,
	findInZones,
	momentsOfPeople,
	earliestEvents,
	latestEvents,
	sameValues: async (tx: Tx, { people, now, ...asked }: AskedAt & { people: ArrayLike<number> }, context: QuestionContext) =>
		await constantValues(tx, { ...asked, people }, at(context, now)),
	reach: async (tx: Tx, { rule, now }: AskedAt, context: QuestionContext) => await reach(tx, { rule }, at(context, now)),
	breakdown: async (tx: Tx, { now, ...asked }: AskedAt & { property: string; most?: number }, context: QuestionContext) => await breakdown(tx, asked, at(context, now)),
	notSentTo,
	awaitedEvents,
	awaitedHolds,
	convertedEntries,
	entriesOutsideSegment,
	idsOf,
	profilesOf: async (tx: Tx, { people }: { people: number[] }) => await readProfiles(tx, people),
	unknownNames: async (...[tx, input]: Parameters<typeof unknownNames>) => (await unknownNames(tx, input)).warnings,
	unknownValues,
	savedSegments,
	savedSegment,
	explainRule,
	customLists,
	membersOfList,
	audienceRange,
	audienceMembers,
	audienceSize,
	whoIs,
	runReport,
	runsOf,
	listCampaigns,
	campaignStatus,
	unknownMessages,
	removedNodes,
	peopleOfRun,
	personStory,
};

export type Questions = typeof questions;
