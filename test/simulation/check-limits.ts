import { CONTROL_FROM } from './calendar';
import { dayIn } from './clock-in';
import { isAccepted, must, mustBeNone, mustBeSame, numberOfId, type Recorded, type Year } from './record';
import type { Request } from './provider';
import { DAY, ZONE } from './units';

/** Campaigns that are neither limited by the account's limits nor counted for them. */
export const OUTSIDE_LIMITS = ['A hundred', 'A hundred a day', 'With a control group', 'Two hours to live', 'At most thrice', 'Until noon', 'Not to all', 'Everybody must know'];

/** How many, and to whom: each number exactly. */
export function checkLimits(year: Year): void {
	perRunDayAndTotal(year);
	controlGroups(year);
	systemControlGroup(year);
	safetyCheck(year);
	perPerson(year);
	overAllCampaigns(year);
	refusedForGoodReason(year);
}

const peopleOf = (requests: readonly Request[]) => new Set(requests.map(({ entry }) => entry)).size;

/** There are far more people than places: all places are taken, and no more. */
function perRunDayAndTotal(year: Year): void {
	must('A hundred', peopleOf(year.accepted('A hundred')) === 100, peopleOf(year.accepted('A hundred')));
	// A place is taken on the day on which the provider is asked first, however long it makes somebody wait.
	const accepted = year.accepted('A hundred a day');
	const days = Map.groupBy(accepted, (request) => dayIn(ZONE, year.firstAt(request)));
	const counts = [...days].sort().map(([day, requests]) => [day, peopleOf(requests)]);
	must('A hundred a day, 250 in total', JSON.stringify(counts) === JSON.stringify([['2026-07-13', 100], ['2026-07-14', 100], ['2026-07-15', 50]]), counts);
	const reasons = new Set([...year.dropped('A hundred a day'), ...year.messages('A hundred a day')].map(({ reason }) => reason));
	for (const reason of ['campaign_limit_day', 'campaign_limit_total']) must('Nobody has the reason', reasons.has(reason), reason);
}

/** Members are recorded as such and never sent to, in whichever campaign names the group; everybody else is not recorded so. */
function controlGroups(year: Year): void {
	const names = ['With a control group', 'Two hours to live'];
	for (const name of names) {
		const members = year.messages(name).filter(({ reason }) => reason === 'control_group');
		const entries = new Set(members.map(({ entry }) => entry));
		must('Nobody is in a control group', members.length > 0, name);
		mustBeNone('Members of a control group were sent to', year.requests(name).filter(({ entry }) => entries.has(entry)));
		mustBeNone('Members of a control group have another end', members.filter(({ state }) => state !== 'not_sent'));
	}
	const groupOf = (name: string, group: string) => year.messages(name).filter(({ detail, reason, person }) => reason === 'control_group' && detail === group && year.isUnchanged({ person })).map(({ person }) => person);
	// Of those who could be sent to and are in no other group.
	const drawn = groupOf('With a control group', 'Campaign Control Group').length;
	const share = drawn / (drawn + year.messages('With a control group').filter((message) => message.state !== 'not_sent' && year.isUnchanged(message)).length);
	// Four standard deviations.
	must('The share of the control group', Math.abs(share - 0.3) < 0.09, share);
	// The widest group comes first: of this one, those who are in no wider one.
	const holdout = new Set(groupOf('With a control group', 'Holdout'));
	const reached = new Set(year.messages('Two hours to live').map(({ person }) => person));
	mustBeSame('The same group in another campaign', groupOf('Two hours to live', 'Holdout').filter((person) => year.unchanged.includes(person)), [...holdout].filter((person) => reached.has(person)));
}

/** From the day the account has one, its members are sent nothing, of no campaign but the one that everybody must get. */
function systemControlGroup(year: Year): void {
	const of = (name: string) => year.messages(name).filter(({ reason, person }) => reason === 'system_control_group' && year.isUnchanged({ person }));
	const members = new Set(of('Not to all').map(({ person }) => person));
	// 5 % of about 400, give or take four standard deviations.
	must('The size of the account’s control group', members.size > 3 && members.size < 40, members.size);
	mustBeNone('Recorded as members of a campaign for everybody', of('Everybody must know'));
	const asked = new Set(year.requests('Everybody must know').map(({ person }) => person));
	mustBeNone('Members were not told what everybody must know', [...members].filter((person) => !asked.has(person)));
	const sent = year.record.requests.filter(({ campaign, at, person }) => at >= CONTROL_FROM && members.has(person) && campaign !== 'Everybody must know:node-1');
	mustBeNone('Members of the account’s control group were sent to', sent);
	const others = new Set(year.record.messages.filter(({ reason, campaign }) => reason === 'system_control_group' && campaign !== 'Not to all:node-1').map(({ campaign }) => campaign));
	must('They are members of other campaigns, too', others.size > 1, [...others]);
}

function safetyCheck(year: Year): void {
	mustBeNone('Too many are sent to', [...year.requests('Too many'), ...year.messages('Too many'), ...year.dropped('Too many')]);
}

/** At most three each, two days apart, over two weeks of days: whoever can be reached has exactly three. */
function perPerson(year: Year): void {
	const byPerson = Map.groupBy(year.accepted('At most thrice').filter(year.isUnchanged), ({ person }) => person);
	for (const [person, requests] of byPerson) {
		must('More or fewer than three', requests.length === 3, person, requests.length);
		const times = requests.map((request) => request.at).sort((a, b) => a - b);
		mustBeNone('Less than two days apart', times.filter((time, index) => index > 0 && time - (times[index - 1] as number) < 2 * DAY));
	}
	const refused = year.messages('At most thrice').filter(({ reason }) => reason === 'campaign_frequency_cap');
	must('Nobody was refused', refused.length > 0);
	must('Somebody of another group', [...byPerson.keys()].every((person) => numberOfId(person) % 10 === 1));
}

function isCounted({ campaign }: { campaign: string }): boolean {
	return !OUTSIDE_LIMITS.some((name) => campaign === `${name}:node-1`);
}

/** Any seven days, wherever they begin. */
function overAllCampaigns(year: Year): void {
	const { requests, weeklyLimit } = year.record;
	const byPerson = Map.groupBy(requests.filter((request) => isCounted(request) && isAccepted(request)), ({ person }) => person);
	let most = 0;
	for (const sends of byPerson.values()) {
		const times = sends.map(({ at }) => at).sort((a, b) => a - b);
		for (let first = 0, last = 0; last < times.length; last++) {
			while ((times[last] as number) - (times[first] as number) >= 7 * DAY) first++;
			most = Math.max(most, last - first + 1);
		}
	}
	must('Messages within seven days: as many as there may be, and no more', most === weeklyLimit, most);
}

/** Whoever was refused for the account's limit had as many messages, or as many on their way, in the seven days before. */
function refusedForGoodReason(year: Year): void {
	const { requests, messages, weeklyLimit } = year.record;
	const ofPerson = Map.groupBy(requests.filter(isCounted), ({ person }) => person);
	const refused = messages.filter((message) => message.reason === 'global_frequency_cap' && year.isUnchanged(message));
	must('Nobody was refused for the account’s limit', refused.length > 100, refused.length);
	const tooEarly = refused.filter(({ person, claimedAt }) => {
		const last = Map.groupBy(ofPerson.get(person) ?? [], ({ messageId }) => messageId);
		const recent = [...last.values()].filter((own) => (own[0] as Request).at <= claimedAt && (own.at(-1) as Request).at > claimedAt - 7 * DAY);
		return recent.length < weeklyLimit;
	});
	mustBeNone('Refused for the account’s limit without having reached it', tooEarly satisfies Recorded[]);
}
