import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ICredentialDataDecryptedObject, ICredentialType, INodeInputConfiguration, INodeParameters, INodeType } from 'n8n-workflow';
import { Sms } from '../../nodes/Sms/Sms.node';
import { ROOT } from '../../scripts/lib/paths.mjs';
import { supply, type SupplySetup } from './supply-context';

export interface ProviderNodeContract {
	make(): INodeType;
	credentialType: ICredentialType;
	/** Of the engine's provider. */
	kind: string;
	/** A credential that works. */
	credential: ICredentialDataDecryptedObject;
	/** Names of its fields that are secret. */
	secretFields: readonly string[];
	/** Parameters that work, beside the defaults. */
	parameters: INodeParameters;
	/** The node it is connected to. Default: SMS. */
	sender?: INodeType;
	/** What of the credential must not show. Default: its secret fields. */
	secrets?: readonly string[];
}

const PACK = 'n8n-nodes-campaigns';

/** What every provider sub-node and its credential have in common. */
export function describeProviderNode(name: string, contract: ProviderNodeContract): void {
	const { make, credentialType, kind, credential, secretFields, parameters, sender = new Sms() } = contract;
	const secrets = contract.secrets ?? secretFields.map((field) => String(credential[field]));
	const run = async (setup: SupplySetup = {}) => await supply(make(), { credentials: { [credentialType.name]: credential }, ...setup, parameters: { ...parameters, ...setup.parameters } });

	describe(`${name}, as every provider node`, () => {
		it('supplies a provider with name, place and priority, and shows no secret', async () => {
			const { supplied } = await run({ name: 'Europe', position: [40, 80], parameters: { priority: 3 } });
			expect(supplied.error).toBeUndefined();
			expect(supplied).toMatchObject({ name: 'Europe', priority: 3, position: [40, 80] });
			expect(supplied.provider).toMatchObject({ kind, label: 'Europe', timeoutMs: 15_000, retries: 0 });
			for (const secret of secrets) {
				expect(supplied.secrets).toContain(secret);
				expect(JSON.stringify(supplied)).not.toContain(secret);
			}
		});

		it('takes over its pace', async () => {
			const { supplied } = await run({ parameters: { options: { timeout: 3, retries: 2, concurrency: 4, requestsPerSecond: 7 } } });
			expect(supplied.provider).toMatchObject({ timeoutMs: 3000, retries: 2, concurrency: 4, requestsPerSecond: 7 });
		});

		it.each([
			['without a credential', {}, /credentials/],
			['with an empty one', { [credentialType.name]: {} }, /./],
		])('%s it is handed over as broken and fails nothing', async (_name, credentials, why) => {
			const { supplied } = await run({ credentials });
			expect(supplied.provider).toBeUndefined();
			expect(supplied.error).toMatch(why);
			expect(supplied.secrets).toEqual([]);
		});

		it('shows its counts on the canvas', async () => {
			const { supplied, shown } = await run();
			supplied.report({ attempted: 5, sent: 3, refused: 1, unknown: 1 });
			expect(shown).toEqual({ input: [[[{ json: { attempted: 5 } }]]], output: [[[{ json: { sent: 3, refused: 1, unknown: 1 } }]]] });
		});

		it('takes no expressions', () => {
			const open = make().description.properties.filter(({ type, noDataExpression }) => type !== 'notice' && !noDataExpression);
			expect(open).toEqual([]);
		});

		it('has a credential that hides its secrets', () => {
			const { methods, description } = make();
			const [own, ...others] = description.credentials ?? [];
			expect(others).toEqual([]);
			expect(own).toMatchObject({ name: credentialType.name, required: true });
			for (const field of secretFields) expect(credentialType.properties.find((one) => one.name === field)).toMatchObject({ typeOptions: { password: true } });
			expect(credentialType.test ?? methods?.credentialTest?.[String(own?.testedBy)]).toBeDefined();
		});

		it('is known to n8n and to its sender, with its icons', () => {
			const { description } = make();
			const className = `${description.name[0]?.toUpperCase()}${description.name.slice(1)}`;
			const credentialClass = `${credentialType.name[0]?.toUpperCase()}${credentialType.name.slice(1)}`;
			const { n8n } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { n8n: { nodes: string[]; credentials: string[] } };
			expect(n8n.nodes).toContain(`dist/nodes/${className}/${className}.node.js`);
			expect(n8n.credentials).toContain(`dist/credentials/${credentialClass}.credentials.js`);
			expect((sender.description.inputs as INodeInputConfiguration[])[1]?.filter?.nodes).toContain(`${PACK}.${description.name}`);
			const folder = join(ROOT, 'nodes', className);
			expect(JSON.parse(readFileSync(join(folder, `${className}.node.json`), 'utf8'))).toMatchObject({ node: `${PACK}.${description.name}`, categories: expect.arrayContaining(['Marketing']) });
			expect(missing(folder, description.icon)).toEqual([]);
			expect(missing(join(ROOT, 'credentials'), credentialType.icon)).toEqual([]);
		});
	});
}

/** The files of an icon that are not there. */
function missing(folder: string, icon: unknown): string[] {
	const files = Object.values(icon as { light: string; dark: string }).map((file) => file.replace(/^file:/, ''));
	return files.filter((file) => !existsSync(join(folder, file)));
}
