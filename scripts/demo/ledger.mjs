// What the demo's providers did, one JSON line per request, written before the answer goes out.
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';

/**
 * @typedef {object} LedgerEntry
 * @property {string} provider `twilio` or `generic`
 * @property {string} to as the request said it
 * @property {string} body
 * @property {string} [messageId] the sender's own id, where the request carries one
 * @property {string} at ISO instant of the machine's clock
 * @property {'accepted' | 'refused' | 'hung'} outcome hung: not accepted, and never answered
 */

/**
 * @typedef {object} Ledger
 * @property {LedgerEntry[]} entries
 * @property {Map<string, LedgerEntry[]>} acceptedByNumber
 * @property {Map<string, LedgerEntry[]>} hung by number
 * @property {Map<string, LedgerEntry[]>} refused by number
 * @property {string[]} duplicates numbers that accepted messages went to more than once
 */

/**
 * Reads a ledger file; one that does not exist yet is empty. A last line without an end, torn by a crash, counts for nothing.
 * @param {string} file
 * @returns {Ledger}
 * @throws {Error} when a line is not a ledger entry
 */
export function readLedger(file) {
	const lines = contents(file).split('\n').slice(0, -1);
	/** @type {LedgerEntry[]} */
	const entries = lines.map((line, index) => {
		try {
			return JSON.parse(line);
		} catch {
			throw new Error(`Line ${index + 1} of ${file} is not a ledger entry`);
		}
	});
	const acceptedByNumber = byNumber(entries, 'accepted');
	return {
		entries,
		acceptedByNumber,
		hung: byNumber(entries, 'hung'),
		refused: byNumber(entries, 'refused'),
		duplicates: [...acceptedByNumber].filter(([, of]) => of.length > 1).map(([to]) => to),
	};
}

/** @param {string} file */
function contents(file) {
	try {
		return readFileSync(file, 'utf8');
	} catch (error) {
		if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return '';
		throw error;
	}
}

/** @param {LedgerEntry[]} entries @param {LedgerEntry['outcome']} outcome */
function byNumber(entries, outcome) {
	return Map.groupBy(entries.filter((entry) => entry.outcome === outcome), (entry) => entry.to);
}

/** @typedef {{ accepted: number, refused: number, hung: number, numbers: number, byProvider: Record<string, { accepted: number, refused: number, hung: number }> }} Counts */

/**
 * Opens a ledger for writing; goes on where a former process stopped.
 * @param {string} file
 */
export function openLedger(file) {
	const handle = openSync(file, 'a');
	// A line torn by a crash would swallow the next one.
	ftruncateSync(handle, Buffer.byteLength(contents(file).replace(/[^\n]*$/, '')));
	const { entries } = readLedger(file);
	const accepted = new Set();
	const hung = new Set();
	/** @type {Counts} */
	const counts = { accepted: 0, refused: 0, hung: 0, numbers: 0, byProvider: {} };

	/** @param {LedgerEntry} entry */
	function count({ provider, to, outcome }) {
		const own = (counts.byProvider[provider] ??= { accepted: 0, refused: 0, hung: 0 });
		counts[outcome]++;
		own[outcome]++;
		if (outcome === 'accepted') accepted.add(to);
		if (outcome === 'hung') hung.add(`${provider} ${to}`);
		counts.numbers = accepted.size;
	}
	entries.forEach(count);

	return {
		/** @param {Omit<LedgerEntry, 'at'>} entry Written when this returns. */
		write(entry) {
			const line = { ...entry, at: new Date().toISOString() };
			writeSync(handle, `${JSON.stringify(line)}\n`);
			count(line);
		},
		/** @returns {Counts} */
		counts: () => counts,
		/** @param {string} provider @param {string} to */
		hasHung: (provider, to) => hung.has(`${provider} ${to}`),
		close: () => closeSync(handle),
	};
}
