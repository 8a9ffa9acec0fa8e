import { Readable } from 'node:stream';

import { parse } from 'csv-parse';
import type { IExecuteFunctions } from 'n8n-workflow';

import { CampaignError } from '../../engine/errors';
import type { ListedPerson } from '../../engine/people/lists/change';
import { toNodeError } from '../shared/errors';

/** Whom a line of a file names, or why nobody. */
export type CsvPerson = ListedPerson | { wrong: string };

export interface CsvFile {
	/** Field of the item that holds it. */
	binaryField: string;
	/** Heading of the column with the ids. */
	column: string;
	delimiter: string;
}

interface CsvLine {
	record: Record<string, string>;
	info: { lines: number; columns: Array<{ name: string }> };
}

/**
 * The people of a CSV file with a heading, line by line: the file is never in memory as a whole. A column `type`, as in
 * files for CleverTap, says what the other one holds: `i` a user id, `g` a device's id.
 * `line` is counted from 1; the heading is one, too.
 */
export async function* readCsv(context: IExecuteFunctions, index: number, { binaryField, column, delimiter }: CsvFile): AsyncGenerator<{ line: number; person: CsvPerson }> {
	const file = await openFile(context, index, binaryField);
	const lines = parse({ columns: true, delimiter, bom: true, trim: true, skip_empty_lines: true, relax_column_count: true, info: true });
	// As pipe() would, but errors of the file are the reader's, too.
	file.on('error', (error) => lines.destroy(error)).pipe(lines);
	let complaint: string;
	try {
		let known = false;
		for await (const { record, info } of lines as AsyncIterable<CsvLine>) {
			if (!known) requireColumn(info.columns, column);
			known = true;
			yield { line: info.lines, person: personOf(record.type?.toLowerCase(), record[column] ?? '') };
		}
		return;
	} catch (error) {
		if (!(error as { code?: string }).code?.startsWith('CSV_')) throw toNodeError(context.getNode(), error, index);
		complaint = (error as Error).message;
	} finally {
		file.destroy();
	}
	throw new CampaignError('csv', `The file is no CSV file that can be read: ${complaint}`, 'Save it as CSV with a heading, in UTF-8. The lines before have been taken.');
}

/** n8n keeps large files outside the item. */
async function openFile(context: IExecuteFunctions, index: number, field: string): Promise<Readable> {
	const { id } = context.helpers.assertBinaryData(index, field);
	if (id !== undefined) return await context.helpers.getBinaryStream(id);
	return Readable.from([await context.helpers.getBinaryDataBuffer(index, field)]);
}

function requireColumn(columns: Array<{ name: string }>, column: string): void {
	if (columns.some(({ name }) => name === column)) return;
	const names = columns.map(({ name }) => name).join(', ');
	throw new CampaignError('csv_column', `The file has no column "${column}". Its columns are: ${names}.`, 'Set "Column" to the one with the user IDs, and look at "Delimiter".');
}

function personOf(type: string | undefined, id: string): CsvPerson {
	if (type === undefined || type === 'i') return { id };
	return type === 'g' ? { anonymousId: id } : { wrong: `its type is "${type}", which is neither i (user ID) nor g (device)` };
}
