// Runs the HTTP cache tests (https://cache-tests.fyi) against nodes: node cache-tests.mjs SUITE BASE,BASE…
// Requests go to the nodes in turn, all for the host nodes.invalid: to a cache it is part of the URL.
// Prints one line per test: kind, outcome, id, message.
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const [suite, nodes] = process.argv.slice(2)
const load = path => import(pathToFileURL(`${suite}/${path}`).href)
const bases = nodes.split(',')
const direct = globalThis.fetch
let turn = 0

// fetch takes no Host header; the dispatcher below it does. Nor is the cache the client's own: in
// most other modes fetch adds Cache-Control to requests that have none.
await direct('data:,').then(response => response.text())
const usual = globalThis[Symbol.for('undici.globalDispatcher.1')]
const through = (dispatcher, origin) => ({
  dispatch: (options, handler) =>
    dispatcher.dispatch({ ...options, origin, headers: { ...options.headers, host: 'nodes.invalid' } }, handler)
})
globalThis.fetch = (url, init) =>
  direct(url, {
    ...init,
    cache: 'force-cache',
    dispatcher: through(init?.dispatcher ?? usual, bases[turn++ % bases.length])
  })

const tests = (await load('tests/index.mjs')).default
if (existsSync(`${suite}/test-engine`)) {
  const runner = await load('test-engine/client/runner.mjs')
  await runner.runTests(tests, false, 'http://nodes.invalid')
  report(runner.getResults())
} else {
  tests.push((await load('tests/surrogate-control.mjs')).default)
  const runner = await load('client/runner.mjs')
  await runner.runTests(tests, globalThis.fetch, false, 'http://nodes.invalid', 25)
  report(runner.getResults())
}

function report (results) {
  for (const test of tests.flatMap(each => each.tests)) {
    if (test.browser_only) continue
    const result = results[test.id]
    const outcome =
      result === true ? 'pass' : result === undefined ? 'none' : result[0] === 'Setup' ? 'setup' : 'fail'
    console.log([test.kind ?? 'required', outcome, test.id, result?.[1] ?? ''].join('\t'))
  }
  process.exit(0)
}
