// Holds every answer of a hub's API that a test gets against the API's description, without the
// test asking for it: fetch() is watched, and so are the pages of browser.mjs. What does not fit is
// told when the hub is stopped.
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020.js';

const kNoBody = [204, 304];
const pointer = (...steps) => `#/${steps.map((step) => encodeURIComponent(
  String(step).replaceAll('~', '~0').replaceAll('/', '~1'),
)).join('/')}`;
const isParameter = (segment) => segment.startsWith('{');

function codeOf(text) {
  try {
    return JSON.parse(text).code;
  } catch {
    return undefined;
  }
}

export class DescribedApi {
  // `build`: the build folder, which holds the description as tests read it.
  constructor(build) {
    this.document = JSON.parse(readFileSync(join(build, 'openapi.strict.json'), 'utf8'));
    this.ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false });
    this.ajv.addSchema(this.document, 'api');
    this.roots = new Set(Object.keys(this.document.paths).map((path) => path.split('/')[1]));
    this.problems = [];
    this.checked = 0;
  }

  // Pages are not described.
  describes(path) { return this.roots.has(path.split('/')[1]); }

  // [path, operation]; the operation is missing when there is no such route.
  find(method, path) {
    const given = path.split('/');
    const fitting = Object.keys(this.document.paths).filter((pattern) => {
      const wanted = pattern.split('/');
      return wanted.length === given.length
        && wanted.every((segment, i) => segment === given[i] || (isParameter(segment) && given[i] !== ''));
    });
    const literal = (pattern) => pattern.split('/').filter((segment) => !isParameter(segment)).length;
    const [best] = fitting.sort((one, other) => literal(other) - literal(one));
    const name = method === 'HEAD' ? 'get' : method.toLowerCase();
    return [best, this.document.paths[best]?.[name], name];
  }

  // What does not fit; {method, path, status, type, text}.
  problemsOf(answer) {
    const [path, operation, name] = this.find(answer.method, answer.path);
    if (!operation) return [404, 405].includes(answer.status) ? [] : ['no such route is described'];
    const { responses } = operation;
    const status = answer.status in responses ? answer.status : `${String(answer.status)[0]}XX`;
    if (!(status in responses)) return ['the status is not described'];
    let at = ['paths', path, name, 'responses', status];
    let response = responses[status];
    if (response.$ref) {
      at = response.$ref.slice(2).split('/');
      response = at.reduce((node, step) => node[step], this.document);
    }
    if (answer.method === 'HEAD' || kNoBody.includes(answer.status)) return [];
    if (!response.content) return answer.text === '' ? [] : ['there is a body, and none is described'];
    const type = (answer.type ?? '').split(';')[0];
    if (!(type in response.content)) return [`the content type "${type}" is not described`];
    return type.endsWith('json') ? this.problemsOfJson([...at, 'content', type, 'schema'], answer.text) : [];
  }

  problemsOfJson(at, text) {
    let body;
    try {
      body = JSON.parse(text);
    } catch (error) {
      return [`the body is not JSON: ${error.message}`];
    }
    const check = this.ajv.getSchema(`api${pointer(...at)}`);
    return check(body) ? [] : check.errors.map((error) => `${error.instancePath} ${error.message}`);
  }

  note(answer) {
    if (!this.describes(answer.path)) return;
    this.checked += 1;
    const [path, operation, name] = this.find(answer.method, answer.path);
    if (process.env.PATCHBAY_ANSWERS_SEEN) {
      const code = answer.status >= 400 && codeOf(answer.text);
      appendFileSync(process.env.PATCHBAY_ANSWERS_SEEN, [
        ...(operation ? [`${name.toUpperCase()} ${path} ${answer.status}\n`] : []),
        ...(code ? [`error ${code} ${answer.status}\n`] : []),
      ].join(''));
    }
    this.problems.push(...this.problemsOf(answer).map(
      (problem) => `${answer.method} ${answer.path} ${answer.status}: ${problem}\n${answer.text.slice(0, 500)}`,
    ));
  }
}

let fetchers = []; // one for each hub that runs

const unwatched = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  const response = await unwatched(input, init);
  const { origin, pathname } = new URL(input.url ?? input);
  const hub = fetchers.find(({ url }) => url === origin);
  hub?.api.note({
    method: (init?.method ?? input.method ?? 'GET').toUpperCase(),
    path: pathname,
    status: response.status,
    type: response.headers.get('content-type'),
    text: await response.clone().text(),
  });
  return response;
};

// Of the hub at this address; `known` when it was watched before at another one.
export function watch(url, build, known = new DescribedApi(build)) {
  fetchers = fetchers.filter(({ api }) => api !== known).concat({ url, api: known });
  return known;
}

// A browser's answers. The browser asks on its own whether it may (OPTIONS), unseen.
export async function noteResponse(response) {
  const { origin, pathname } = new URL(response.url());
  const hub = fetchers.find(({ url }) => url === origin);
  if (!hub?.api.describes(pathname)) return;
  const text = await response.text().catch(() => null); // the page is gone
  if (text === null) return;
  hub.api.note({
    method: response.request().method(),
    path: pathname,
    status: response.status(),
    type: response.headers()['content-type'],
    text,
  });
}
