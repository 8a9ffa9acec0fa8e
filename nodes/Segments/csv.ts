import { parse } from 'csv-parse/sync';

import { CampaignError } from '../../engine/errors';
import type { ListedPerson } from '../../engine/people/lists/change';

/** A line of a file, and whom it names. */
export interface CsvPerson {
	/** Of the file, from 1; the heading is a line, too. */
	line: number;
	person: ListedPerson;
}

/**
 * The people of a CSV file with a heading. A column `type`, as in files for CleverTap, says what the other one holds:
 * `i` a user id, `g` a device's id.
 */
export function readCsv(file: Buffer, column: string): CsvPerson[] {
	const rows = linesOf(file);
	const [first] = rows;
	if (first && !Object.hasOwn(first.record, column)) {
		throw new CampaignError('csv_column', `The file has no column "${column}". Its columns are: ${Object.keys(first.record).join(', ')}.`, 'Set "Column" to the one with the user IDs.');
	}
	return rows.flatMap(({ record, info }): CsvPerson[] => {
		const id = record[column] ?? '';
		if (id === '') return [];
		return [{ line: info.lines, person: record.type?.toLowerCase() === 'g' ? { anonymousId: id } : { id } }];
	});
}

interface CsvLine {
	record: Record<string, string>;
	info: { lines: number };
}

function linesOf(file: Buffer): CsvLine[] {
	let complaint: string;
	try {
		return parse(file, { columns: true, bom: true, trim: true, skip_empty_lines: true, relax_column_count: true, info: true }) as CsvLine[];
	} catch (error) {
		complaint = (error as Error).message;
	}
	throw new CampaignError('csv', `The file is no CSV file that can be read: ${complaint}`, 'Save it as CSV with a heading, in UTF-8.');
}
