// npm jira-client: its search is the removed one, so it must be told 410; single issues work.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const JiraApi = createRequire(pathToFileURL(`${process.env.NODE_FOLDER}/index.js`))('jira-client');
const { hostname: host, port } = new URL(process.env.SANDBOX_URL);
const { SANDBOX_EMAIL: username, SANDBOX_TOKEN: password } = process.env;
for (const apiVersion of ['2', '3']) {
  const jira = new JiraApi({ protocol: 'http', host, port, username, password, apiVersion });
  assert.equal((await jira.getCurrentUser()).emailAddress, username);
  assert.ok((await jira.listProjects()).length > 5);
  assert.ok((await jira.listFields()).length > 20);
  const issue = await jira.findIssue('PAY-2');
  assert.ok(issue.fields.summary);
  assert.equal((await jira.listTransitions('PAY-2')).transitions.length, 3);
  await assert.rejects(jira.searchJira('assignee = currentUser()'), /The requested API has been removed/);
}
