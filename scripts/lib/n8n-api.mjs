// Client of the REST interface that n8n's own editor uses.
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_AGAIN_MS = 100;
/** n8n tries a failing trigger five times, waiting 1 + 2 + 4 + 8 s between, before it calls a publication failed. */
const PUBLISH_DEADLINE_MS = 60_000;

/** n8n refused a request. */
export class N8nApiError extends Error {
	constructor(method, path, status, body) {
		const reason = body?.message ?? (typeof body === 'string' ? body.slice(0, 500) : JSON.stringify(body));
		super(`n8n answered ${status} to ${method} ${path}: ${reason}`);
		this.name = 'N8nApiError';
		this.status = status;
		this.body = body;
	}
}

/** A workflow was not published, or only some of its triggers run. `publication` is n8n's status. */
export class PublicationError extends Error {
	constructor(id, publication) {
		const failures = publication.triggers.filter((trigger) => trigger.status === 'failed');
		const reasons = failures.map(({ nodeId, errorMessage }) => `${nodeId}: ${errorMessage}`);
		super(`Publishing workflow ${id} ended as ${publication.status}. ${reasons.join('; ')}`);
		this.name = 'PublicationError';
		this.publication = publication;
	}
}

/** One signed-in user of one n8n. */
export class N8nApi {
	#cookies = new Map();
	#hostDir;

	/**
	 * @param {string} baseUrl without a slash at the end
	 * @param {string} hostDir folder inside the n8n installation
	 */
	constructor(baseUrl, hostDir) {
		this.baseUrl = baseUrl;
		this.#hostDir = hostDir;
	}

	/**
	 * Makes the owner account if n8n has none yet, and logs in.
	 * @param {{ email: string, password: string, firstName?: string, lastName?: string }} owner password: 8 characters
	 * or more, with a capital letter and a digit
	 */
	async signIn({ email, password, firstName = 'Campaign', lastName = 'Owner' }) {
		const settings = await this.request('GET', '/rest/settings');
		if (settings.userManagement?.showSetupOnFirstLoad) {
			await this.request('POST', '/rest/owner/setup', { email, password, firstName, lastName });
		} else {
			await this.request('POST', '/rest/login', { emailOrLdapLoginId: email, password });
		}
	}

	/**
	 * @param {string} method
	 * @param {string} path
	 * @param {unknown} [body] sent as JSON
	 * @returns {Promise<any>} the answer's `data`
	 */
	async request(method, path, body) {
		const response = await fetch(this.baseUrl + path, {
			method,
			headers: {
				'content-type': 'application/json',
				// n8n ties a session to the browser that it was opened in.
				'browser-id': 'campaigns',
				cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
			},
			body: body === undefined ? undefined : JSON.stringify(body),
		});
		for (const cookie of response.headers.getSetCookie()) {
			const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
			if (name) this.#cookies.set(name, value);
		}
		const text = await response.text();
		const answer = parse(text);
		if (!response.ok) throw new N8nApiError(method, path, response.status, answer);
		return answer && typeof answer === 'object' && 'data' in answer ? answer.data : answer;
	}

	/**
	 * @param {{ name: string, type: string, data: object }} credential
	 * @returns {Promise<{ id: string, name: string }>} as a node's `credentials[type]` wants it
	 */
	async createCredential({ name, type, data }) {
		const { id } = await this.request('POST', '/rest/credentials', { name, type, data });
		return { id, name };
	}

	/**
	 * @param {{ name: string, nodes: object[], connections: object, settings?: object }} workflow
	 * @returns {Promise<any>} the workflow, unpublished
	 */
	async createWorkflow({ name, nodes, connections, settings = {} }) {
		const body = { name, nodes, connections, settings: { executionOrder: 'v1', ...settings }, active: false };
		return await this.request('POST', '/rest/workflows', body);
	}

	/** @returns {Promise<any>} */
	async workflow(id) {
		return await this.request('GET', `/rest/workflows/${id}`);
	}

	/** @returns {Promise<any[]>} */
	async workflows() {
		return await this.request('GET', '/rest/workflows');
	}

	/**
	 * Saves changes of a workflow; what is published stays as it is until `publish`.
	 * @param {string} id
	 * @param {{ name?: string, nodes?: object[], connections?: object, settings?: object }} changes
	 */
	async updateWorkflow(id, changes) {
		const { name, nodes, connections, settings, versionId } = await this.workflow(id);
		const body = { name, nodes, connections, settings, versionId, ...changes };
		return await this.request('PATCH', `/rest/workflows/${id}`, body);
	}

	/**
	 * Publishes the saved version and waits until n8n has started its triggers, which it does after it has answered.
	 * Rejects with a PublicationError when a trigger failed (after 15 s, for n8n tries five times).
	 */
	async publish(id) {
		const { versionId } = await this.workflow(id);
		await this.request('POST', `/rest/workflows/${id}/activate`, { versionId });
		const publication = await this.#settledPublication(id);
		if (publication.status !== 'published') throw new PublicationError(id, publication);
	}

	/** Unpublishes a workflow and waits until its triggers are closed. */
	async unpublish(id) {
		await this.request('POST', `/rest/workflows/${id}/deactivate`, {});
		await this.#settledPublication(id);
	}

	/**
	 * @returns {Promise<{ status: 'not_published' | 'in_progress' | 'published' | 'partial' | 'failed',
	 *   triggers: { nodeId: string, status: 'activated' | 'failed', errorMessage: string | null }[] }>}
	 */
	async publicationStatus(id) {
		return await this.request('GET', `/rest/workflows/${id}/publication-status`);
	}

	async #settledPublication(id) {
		const deadline = Date.now() + PUBLISH_DEADLINE_MS;
		for (;;) {
			const publication = await this.publicationStatus(id);
			if (publication.status !== 'in_progress') return publication;
			if (Date.now() > deadline) throw new PublicationError(id, publication);
			await sleep(LOOK_AGAIN_MS);
		}
	}

	/**
	 * Runs the saved version as the editor's "Execute workflow" does.
	 * @param {string} id
	 * @param {string} trigger name of the node to start from
	 * @returns {Promise<string>} id of the execution
	 */
	async runManually(id, trigger) {
		const body = { workflowData: await this.workflow(id), triggerToStartFrom: { name: trigger } };
		const { executionId } = await this.request('POST', `/rest/workflows/${id}/run`, body);
		if (!executionId) throw new Error(`n8n started no execution of workflow ${id}: "${trigger}" waits for an event`);
		return executionId;
	}

	/**
	 * Executions, the newest first, without their data.
	 * @param {{ workflowId?: string, status?: string[] }} [filter]
	 * @param {number} [limit]
	 * @returns {Promise<{ id: string, workflowId: string, status: string, mode: string }[]>}
	 */
	async executions(filter = {}, limit = 100) {
		const query = new URLSearchParams({ filter: JSON.stringify(filter), limit: String(limit) });
		return (await this.request('GET', `/rest/executions?${query}`)).results;
	}

	/**
	 * One execution; `data.resultData.runData` holds each node's output. `undefined` when n8n keeps none of that id.
	 * @returns {Promise<any>}
	 */
	async execution(id) {
		const execution = await this.request('GET', `/rest/executions/${id}`);
		if (typeof execution?.data !== 'string') return execution;
		// n8n's own format for data that refers to itself; read with n8n's own copy of the library.
		const flatted = createRequire(`${this.#hostDir}/`)('flatted');
		return { ...execution, data: flatted.parse(execution.data) };
	}

	/** Resolves with an execution once it has ended. */
	async finishedExecution(id, deadlineMs = 60_000) {
		const deadline = Date.now() + deadlineMs;
		for (;;) {
			const execution = await this.execution(id);
			if (execution && !['new', 'running', 'waiting'].includes(execution.status)) return execution;
			if (Date.now() > deadline) throw new Error(`Execution ${id} is still ${execution?.status} after ${deadlineMs} ms`);
			await sleep(LOOK_AGAIN_MS);
		}
	}

	/** As the Stop button does. */
	async stopExecution(id) {
		return await this.request('POST', `/rest/executions/${id}/stop`, {});
	}

	/** As the Retry button does. Resolves with the new execution. */
	async retryExecution(id, { withSavedWorkflow = true } = {}) {
		return await this.request('POST', `/rest/executions/${id}/retry`, { loadWorkflow: withSavedWorkflow });
	}
}

function parse(text) {
	if (text === '') return undefined;
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
