import { operation } from '../store/database';

/**
 * Writes messages as `sending` just before their requests leave, under the token they were claimed with. Returns the
 * messages that may go; one that is absent has been taken over by somebody else and must not be sent.
 */
export const markSending = operation<{ messages: Array<{ message: number; token: string }> }, { go: number[] }>(
	async (tx, { messages }, { now }) => {
		const marked = await tx.allOf<{ message: number }>(
			{ message: 'integer', token: 'text' },
			messages.map(({ message, token }) => [message, token]),
			(given) => `WITH ours AS (SELECT a.message FROM ${given} AS a
					${tx.dialect.each('message', 'm', "m.message = a.message AND m.token = a.token AND m.state IN ('claimed', 'sending')", true)})
				 UPDATE message SET state = 'sending', sent_at = $1, attempts = message.attempts + 1 FROM ours WHERE message.message = ours.message RETURNING message.message`,
			[now],
		);
		return { go: marked.map(({ message }) => message) };
	},
);

/**
 * Takes the mark off messages whose request was definitely refused, while they wait for another provider: nothing has
 * left, and should this process die now they can be sent. Getting lost with the machine, it costs only that knowledge.
 */
export const unmarkSending = operation<{ messages: Array<{ message: number; token: string }> }, void>(
	async (tx, { messages }, { now }) => {
		await tx.run(
			`UPDATE message SET state = 'claimed', sent_at = NULL, claimed_at = $2
			 FROM ${tx.dialect.rows('$1', { message: 'integer', token: 'text' })} AS a
			 WHERE message.message = a.message AND message.token = a.token AND message.state = 'sending'`,
			[JSON.stringify(messages.map(({ message, token }) => [message, token])), now],
		);
	},
	'events',
);
