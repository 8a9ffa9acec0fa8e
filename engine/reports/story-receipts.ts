import type { ReceiptStatus } from '../channels/receipts/receipt';
import { EARLIER } from '../delivery/receipts/attempts';
import type { Tx } from '../store/database';
import type { StoryStep } from './story-steps';

const WORDS: Record<ReceiptStatus, string> = {
	sent: 'was sent',
	delivered: 'was delivered',
	viewed: 'was viewed',
	clicked: 'was clicked',
	replied: 'was replied to',
	failed: 'failed',
	bounced: 'bounced',
	complained: 'was called spam',
	unsubscribed: 'made the person unsubscribe',
	resubscribed: 'is what the person subscribed again by',
};

interface ReceiptRow {
	node: string;
	channel: string;
	status: ReceiptStatus;
	mark: string;
	at: number;
	code: string | null;
	detail: string | null;
}

/** What providers reported of the messages of these entries. `entries`: as the JSON of rows. */
export async function receiptSteps(tx: Tx, run: number, entries: string): Promise<StoryStep[]> {
	const rows = await tx.all<ReceiptRow>(
		`SELECT n.name AS node, m.channel, r.status, r.mark, r.at, r.code, r.detail
		 FROM message m JOIN receipt r ON r.run = $1 AND r.message = m.message JOIN node n ON n.node = m.node
		 WHERE m.entry IN (SELECT entry FROM ${tx.dialect.rows('$2', { entry: 'integer' })} AS wanted) ORDER BY m.message, r.received_at`,
		[run, entries],
	);
	return rows.map(({ node, channel, status, mark, at, code, detail }) => {
		const why = [code, detail].filter(Boolean).join(' ');
		return { at, text: `The provider says: message (${channel}) of "${node}" ${WORDS[status]}${mark === EARLIER ? ', at an earlier attempt' : ''}${why ? ` (${why})` : ''}` };
	});
}
