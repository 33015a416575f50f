// npm jira.js: every answer is checked against the client's own schema, and a mismatch is an error.
import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';

const { createCloudClient } = await import(
  pathToFileURL(`${process.env.NODE_FOLDER}/node_modules/jira.js/dist/index.js`).href
);
const { SANDBOX_URL: host, SANDBOX_EMAIL: email, SANDBOX_TOKEN: apiToken } = process.env;
const jira = createCloudClient({ host, auth: { type: 'basic', email, apiToken }, onSchemaMismatch: 'throw' });

assert.equal((await jira.myself.getCurrentUser()).emailAddress, email);
assert.equal((await jira.serverInfo.getServerInfo()).deploymentType, 'Cloud');
assert.ok((await jira.issueFields.getFields()).length > 20);
for (const list of [
  jira.workflowStatuses.getStatuses,
  jira.workflowStatusCategories.getStatusCategories,
  jira.issueTypes.getIssueAllTypes,
]) {
  assert.ok((await list()).length > 3);
}
const projects = await jira.projects.searchProjects({ maxResults: 3, action: 'browse' });
assert.equal(projects.values.length, 3);
assert.equal(projects.isLast, false);
assert.equal((await jira.projects.getProject({ projectIdOrKey: 'APP' })).style, 'next-gen');
assert.ok((await jira.projects.getAllStatuses({ projectIdOrKey: 'WEB' })).length > 3);

const jql = 'assignee = currentUser() AND statusCategory != Done ORDER BY key';
const seen = new Map();
for (const fields of [['*all'], ['summary', 'status', 'subtasks', 'parent', 'priority'], undefined]) {
  let nextPageToken;
  seen.clear();
  do {
    const page = await jira.issueSearch.searchAndReconsileIssuesUsingJqlPost({ jql, fields, maxResults: 20, nextPageToken });
    page.issues.forEach((issue) => seen.set(issue.id, issue));
    ({ nextPageToken } = page);
  } while (nextPageToken);
  assert.ok(seen.size > 30);
}
assert.equal((await jira.issueSearch.countIssues({ jql: jql.split(' ORDER')[0] })).count, seen.size);
assert.ok((await jira.issueSearch.searchAndReconsileIssuesUsingJql({ jql, fields: ['*all'] })).issues.length > 30);

for (const id of seen.keys()) {
  const issue = await jira.issues.getIssue({ issueIdOrKey: id });
  const { transitions } = await jira.issues.getTransitions({ issueIdOrKey: issue.key, expand: 'transitions.fields' });
  assert.ok(transitions.length > 0);
}
const [first] = seen.keys();
const { transitions } = await jira.issues.getTransitions({ issueIdOrKey: first });
await jira.issues.doTransition({ issueIdOrKey: first, transition: { id: transitions.at(1).id } });
assert.equal((await jira.issues.getIssue({ issueIdOrKey: first })).fields.status.id, transitions.at(1).to.id);
await assert.rejects(jira.issues.getIssue({ issueIdOrKey: 'NOPE-1' }));
