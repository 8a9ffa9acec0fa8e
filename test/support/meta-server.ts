import { startLoopback, type Answer, type Loopback } from './loopback';

type Row = Record<string, string>;

interface Body {
	session: { session_id: number; batch_seq: number; last_batch_flag: boolean; estimated_num_total: number };
	payload: { schema: string[]; data: string[][] };
}

const NAMING = ['EMAIL', 'PHONE', 'EXTERN_ID', 'MADID'];

/**
 * A Marketing API on loopback with one audience. It is as strict as the documents allow: whoever shares an identifier with
 * somebody removed is removed, too; nobody is added or removed while a replacement is open; batches of a session have one schema;
 * a session ends with its last batch.
 */
export class MetaServer {
	/** Rows of the audience, as texts. */
	private rows = new Map<string, Row>();

	private open?: { id: number; schema: string; rows: Map<string, Row> };

	/** What it was asked, such as `add 2`. */
	readonly changes: string[] = [];

	readonly sessions: Array<Body['session']> = [];

	/** Asked before a request is carried out: an answer in place of that. */
	before: (change: string) => Answer | undefined = () => undefined;

	private loopback!: Loopback;

	static async start(): Promise<MetaServer> {
		const server = new MetaServer();
		server.loopback = await startLoopback((seen, give) => give(server.answer(seen.method, new URL(seen.url, 'http://x').pathname, seen.body)));
		return server;
	}

	get url(): string {
		return this.loopback.url;
	}

	async close(): Promise<void> {
		await this.loopback.close();
	}

	/** Values of a key in the audience, sorted. */
	values(key: string): string[] {
		return [...this.rows.values()].map((row) => row[key] ?? '').sort();
	}

	/** Somebody who came into the audience in another way. */
	addStranger(row: Row): void {
		this.rows.set(JSON.stringify(row), row);
	}

	/** 90 minutes have passed: what has come is the audience. */
	endSession(): void {
		if (this.open) this.rows = this.open.rows;
		this.open = undefined;
	}

	private answer(method: string, path: string, text: string): Answer {
		if (path === '/v25.0/act_77') return { status: 200, body: { id: 'act_77', name: 'Our account' } };
		if (path === '/v25.0/act_77/customaudiences') return method === 'GET' ? this.list() : { status: 200, body: { id: '4712' } };
		if (path === '/v25.0/4711') return { status: 200, body: { id: '4711', name: 'VIP', approximate_count_lower_bound: this.rows.size, operation_status: { code: 200, description: 'Normal' } } };
		const body = JSON.parse(text) as Body;
		const rows = body.payload.data.map((data) => Object.fromEntries(data.flatMap((value, index) => (value === '' ? [] : [[body.payload.schema[index] as string, value]]))) as Row);
		const change = path.endsWith('/usersreplace') ? 'replace' : method === 'DELETE' ? 'remove' : 'add';
		const instead = this.before(`${change} ${rows.length}`);
		if (instead) return instead;
		this.changes.push(`${change} ${rows.length}`);
		this.sessions.push(body.session);
		return change === 'replace' ? this.replace(body, rows) : this.change(change, body, rows);
	}

	private list(): Answer {
		return { status: 200, body: { data: [{ id: '4711', name: 'VIP', subtype: 'CUSTOM' }, { id: '5', name: 'Visitors', subtype: 'WEBSITE' }], paging: {} } };
	}

	private change(change: 'add' | 'remove', { session }: Body, rows: Row[]): Answer {
		if (this.open) return refused(2650, 1870145);
		for (const row of rows) {
			if (change === 'add') this.rows.set(JSON.stringify(row), row);
			else for (const [text, other] of this.rows) if (NAMING.some((key) => row[key] !== undefined && row[key] === other[key])) this.rows.delete(text);
		}
		return received(session.session_id, rows.length);
	}

	private replace({ session, payload }: Body, rows: Row[]): Answer {
		const schema = payload.schema.join();
		if (session.batch_seq === 1) {
			if (this.open && this.open.id !== session.session_id) return refused(2650, 1870145);
			this.open = { id: session.session_id, schema, rows: new Map() };
		}
		if (this.open?.id !== session.session_id) return refused(2650, 1870147);
		if (this.open.schema !== schema) return refused(100);
		for (const row of rows) this.open.rows.set(JSON.stringify(row), row);
		const { size } = this.open.rows;
		if (session.last_batch_flag) this.endSession();
		return received(session.session_id, size);
	}
}

function received(session: number, rows: number): Answer {
	return { status: 200, body: { audience_id: '4711', session_id: String(session), num_received: rows, num_invalid_entries: 0, invalid_entry_samples: {} } };
}

export function refused(code: number, subcode?: number): Answer {
	return { status: 400, body: { error: { message: 'Refused', type: 'OAuthException', code, ...(subcode && { error_subcode: subcode }) } } };
}
