import { whoIs } from './people/who';
import { peopleOfRun } from './reports/people-of-run';
import { personStory } from './reports/person-story';
import { runReport } from './reports/run-report';
import { listCampaigns, runsOf } from './reports/runs';
import { find, matching, reach } from './segments/questions';
import { unknownNames } from './segments/unknown-names';

/** What a question may know besides its input. */
export interface QuestionContext {
	/** The store's clock, epoch milliseconds. */
	readonly now: number;
	/** The account's IANA zone. */
	readonly zone: string;
}

/** Everything a store can be asked. Each is answered from one consistent picture, on a thread of its own. */
export const questions = {
	find,
	matching,
	reach,
	unknownNames: async (...[tx, input]: Parameters<typeof unknownNames>) => (await unknownNames(tx, input)).warnings,
	whoIs,
	runReport,
	runsOf,
	listCampaigns,
	peopleOfRun,
	personStory,
};

export type Questions = typeof questions;
