import { isAccepted, must, mustBeNone, mustBeSame, type Year } from './record';
import { DAY, MINUTE } from './units';

/** Each step once, in their order, and none too early: nobodyTwice looks at the first of that. */
export function checkJourneys(year: Year): void {
	const name = 'Twice';
	const requests = year.requests(name);
	const sent = new Map(requests.filter(({ node, outcome }) => node === 'Send' && outcome === 'sent').map((request) => [request.entry, request.at]));
	const again = year.requests(name, 'first').filter(({ node }) => node === 'Send Again');
	must('Nobody was sent to again', again.length > 20, again.length);
	mustBeNone('Sent again who was not sent to', again.filter(({ entry }) => !sent.has(entry)));
	mustBeNone('Not three days later', again.filter(({ entry, at }) => {
		const waited = at - (sent.get(entry) as number);
		return waited < 3 * DAY || waited > 3 * DAY + 5 * MINUTE;
	}));
	mustBeNone('The second step before the first', requests.filter(({ node, entry, at, outcome }) => node === 'Send' && isAccepted({ outcome } as never) && again.some((one) => one.entry === entry && one.at < at)));
	// Whoever got the first has the second, or a reason why not.
	const ended = [...year.messages(name).filter(({ node }) => node === 'Send Again'), ...year.dropped(name)].map(({ entry }) => String(entry));
	const entries = [...sent.keys()].map(String);
	mustBeSame('Whoever was sent to comes to the second step', ended.filter((entry) => sent.has(Number(entry))), entries);
}
