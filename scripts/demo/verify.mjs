// Compares what happened with the answer: providers' ledger and campaign report against `expected`.

/**
 * @typedef {object} RunReport
 * @property {number} qualified
 * @property {number} sent
 * @property {number} held still held
 * @property {Record<string, number>} notSent by reason
 * @property {number} failed refused by every provider; not counted in `notSent`
 * @property {number} unknown
 * @property {number} [conversions]
 * @property {number} [revenue]
 */

/** @typedef {{ id: string, outcome: 'sent' | 'not_sent' | 'unknown' | 'held', reason?: string | null, provider?: string | null }} PersonLine */
/** @typedef {{ runs: RunReport[], people?: PersonLine[] }} Report */

/**
 * @typedef {object} Evidence
 * @property {import('./expected.mjs').Expected} expected
 * @property {import('./ledger.mjs').Ledger} ledger
 * @property {Report} report
 * @property {number} [allowUnknown] unknown outcomes allowed beyond the requests that a provider left without an answer: what was in flight when something was killed. Default 0
 * @property {{ conversions: number, revenue: number }} [purchases] what the goal must have counted
 */

/**
 * Checks that everybody got the message exactly once or is accounted for.
 * @param {Evidence} evidence
 * @returns {{ ok: boolean, problems: string[] }} every problem in one line, with a few of the people it is about
 */
export function verify(evidence) {
	const problems = [...ledgerProblems(evidence), ...countProblems(evidence), ...(evidence.report.people ? peopleProblems(evidence, evidence.report.people) : [])];
	return { ok: problems.length === 0, problems };
}

/** @param {Evidence} evidence */
function ledgerProblems({ expected, ledger, report, allowUnknown = 0 }) {
	const numbers = new Set(expected.numberOf.values());
	const accepted = [...ledger.acceptedByNumber.keys()];
	const missing = [...numbers].filter((number) => !ledger.acceptedByNumber.has(number));
	const unknown = total(report.runs, (run) => run.unknown);
	const hung = [...ledger.hung.keys()].filter((number) => numbers.has(number)).length;
	return [
		...about('got more than one message', ledger.duplicates),
		...about('got a message but should not have', accepted.filter((number) => !numbers.has(number))),
		...about('got a message from another provider although the first one\'s outcome was unknown', accepted.filter((number) => ledger.hung.has(number))),
		...about('were asked for by provider requests but should not have been', strangers(ledger, numbers)),
		...(missing.length > unknown ? about(`got no message, and only ${unknown} are reported as unknown`, missing) : []),
		...(unknown > hung + allowUnknown ? [`${unknown} outcomes are unknown: more than the ${hung} unanswered requests and the ${allowUnknown} allowed`] : []),
	];
}

/** @param {import('./ledger.mjs').Ledger} ledger @param {Set<string>} numbers */
function strangers(ledger, numbers) {
	return [...new Set([...ledger.refused.keys(), ...ledger.hung.keys()])].filter((number) => !numbers.has(number));
}

/** @param {Evidence} evidence */
function countProblems({ expected, report: { runs }, purchases }) {
	if (runs.length !== 1) return [`the report has ${runs.length} runs instead of 1`];
	const [run] = /** @type {[RunReport]} */ (runs);
	const notSent = reasonsExpected(expected);
	const reasons = new Set([...Object.keys(notSent), ...Object.keys(run.notSent)]);
	return [
		...differs('qualified', run.qualified, expected.qualified.size),
		...differs('sent and unknown together', run.sent + run.unknown, expected.sentCount),
		...differs('held', run.held, 0),
		...differs('failed', run.failed, 0),
		...[...reasons].flatMap((reason) => differs(`not sent, ${reason}`, run.notSent[reason] ?? 0, notSent[reason] ?? 0)),
		...(purchases ? differs('conversions', run.conversions ?? 0, purchases.conversions) : []),
		...(purchases ? differs('revenue', Math.round((run.revenue ?? 0) * 100) / 100, purchases.revenue) : []),
	];
}

/**
 * How many people end unsent, by reason.
 * @param {import('./expected.mjs').Expected} expected
 * @returns {Record<string, number>}
 */
export function reasonsExpected(expected) {
	return {
		profile_not_reachable: expected.notReachable.size,
		invalid_recipient: expected.invalidPhone.size,
		duplicate_address: expected.sharing.reduce((sum, { ids }) => sum + ids.length - 1, 0),
	};
}

/** @param {Evidence} evidence @param {PersonLine[]} people */
function peopleProblems({ expected, ledger, report }, people) {
	const lineOf = new Map(people.map((line) => [line.id, line]));
	const sharing = new Set(expected.sharing.flatMap(({ ids }) => ids));
	const numberOf = (/** @type {PersonLine} */ { id }) => expected.numberOf.get(id) ?? '';
	const accepted = (/** @type {PersonLine} */ line) => ledger.acceptedByNumber.get(numberOf(line));
	/** @param {(line: PersonLine) => boolean} test */
	const those = (test) => people.filter(test).map(({ id }) => id);
	return [
		...about('are listed more than once', twice(people.map(({ id }) => id))),
		...about('are listed but do not qualify', those(({ id }) => !expected.qualified.has(id))),
		...about('qualify but are not listed', [...expected.qualified].filter((id) => !lineOf.has(id))),
		...about('are still held', those(({ outcome }) => outcome === 'held')),
		...about('are listed as sent, but no provider accepted it', those((line) => line.outcome === 'sent' && !accepted(line))),
		...about('are listed as sent by another provider than the one that accepted it', those((line) => line.outcome === 'sent' && otherProvider(line, accepted(line)))),
		...about('are listed as not sent, but a provider accepted it', those((line) => line.outcome === 'not_sent' && !sharing.has(line.id) && accepted(line) !== undefined)),
		...about('should have been sent to, but are listed as not sent', those(({ id, outcome }) => expected.sent.has(id) && outcome === 'not_sent')),
		...about('got no answer from the provider, but are listed as something else than unknown', those((line) => ledger.hung.has(numberOf(line)) && !sharing.has(line.id) && line.outcome !== 'unknown')),
		...unsentProblems(expected.notReachable, lineOf, 'profile_not_reachable'),
		...unsentProblems(expected.invalidPhone, lineOf, 'invalid_recipient'),
		...sharingProblems(expected, lineOf),
		...agreement(report, people),
	];
}

/** @param {PersonLine} line @param {import('./ledger.mjs').LedgerEntry[] | undefined} accepted */
function otherProvider({ provider }, accepted) {
	return Boolean(provider && accepted && !accepted.some((entry) => entry.provider === provider));
}

/**
 * @param {Set<string>} ids
 * @param {Map<string, PersonLine>} lineOf
 * @param {string} reason
 */
function unsentProblems(ids, lineOf, reason) {
	const wrong = [...ids].filter((id) => {
		const line = lineOf.get(id);
		return line !== undefined && (line.outcome !== 'not_sent' || line.reason !== reason);
	});
	return about(`should be listed as not sent, ${reason}`, wrong);
}

/** @param {import('./expected.mjs').Expected} expected @param {Map<string, PersonLine>} lineOf */
function sharingProblems({ sharing }, lineOf) {
	const wrong = sharing.filter(({ ids }) => {
		const lines = ids.flatMap((id) => lineOf.get(id) ?? []);
		const got = lines.filter(({ outcome }) => outcome === 'sent' || outcome === 'unknown');
		const others = lines.filter(({ outcome, reason }) => outcome === 'not_sent' && reason === 'duplicate_address');
		return got.length !== 1 || others.length !== ids.length - 1;
	});
	return about('belong to several people of whom not exactly one got the message', wrong.map(({ phone }) => phone));
}

/** @param {Report} report @param {PersonLine[]} people */
function agreement({ runs }, people) {
	const outcomes = (/** @type {string} */ wanted) => people.filter(({ outcome }) => outcome === wanted).length;
	const notSent = total(runs, (run) => run.failed + Object.values(run.notSent).reduce((sum, count) => sum + count, 0));
	return [
		...differs('sent in the numbers, compared with the list of people,', total(runs, (run) => run.sent), outcomes('sent')),
		...differs('unknown in the numbers, compared with the list of people,', total(runs, (run) => run.unknown), outcomes('unknown')),
		...differs('not sent in the numbers, compared with the list of people,', notSent, outcomes('not_sent')),
	];
}

/** @param {RunReport[]} runs @param {(run: RunReport) => number} of */
function total(runs, of) {
	return runs.reduce((sum, run) => sum + of(run), 0);
}

/** @param {string} what @param {number} is @param {number} should */
function differs(what, is, should) {
	return is === should ? [] : [`${what}: ${is} instead of ${should}`];
}

/** @param {string} what @param {string[]} whom */
function about(what, whom) {
	if (whom.length === 0) return [];
	return [`${whom.length} ${what}: ${whom.slice(0, 5).join(', ')}${whom.length > 5 ? ', ...' : ''}`];
}

/** @param {string[]} ids */
function twice(ids) {
	const seen = new Set();
	return ids.filter((id) => seen.size === seen.add(id).size);
}
