/**
 * What is changed in `node-inspect-extracted` (exact pin) when it is bundled for the guest: its guesses about internal
 * classes are replaced by the engine's knowledge, and every read that would run code of the printed value becomes a
 * safe one. Each pattern must match exactly as often as it says, else the build fails: a new release needs a new look.
 */

interface Patch {
  /** What the change achieves. */
  readonly purpose: string;
  readonly find: RegExp;
  readonly replace: string;
  readonly times: number;
}

const PATCHES: readonly Patch[] = [
  {
    purpose: 'the engine answers instead of guesses',
    find: /const e=\{\};return function n\(r\)/g,
    replace:
      'const give=v=>m=>{m.exports=v};t[683]=give(HOOKS.primordials);t[499]=give(HOOKS.types);t[727]=give(HOOKS.binding);' +
      'const e={};return function n(r)',
    times: 1,
  },
  { purpose: 'no toStringTag getter', find: /u=e\[pe\]/g, replace: 'u=HOOKS.read(e,pe)', times: 1 },
  { purpose: 'no has trap', find: /if\(ce in e\|\|/g, replace: 'if(HOOKS.has(e,ce)||', times: 1 },
  {
    purpose: 'no Symbol.hasInstance',
    find: /return t instanceof e\}catch/g,
    replace: 'return HOOKS.isInstance(t,e)}catch',
    times: 1,
  },
  { purpose: 'no static name getter', find: /\b([sti])\.value\.name/g, replace: 'HOOKS.nameOf($1.value)', times: 5 },
  {
    purpose: 'no static name getter of a class',
    find: /\$t\(t,"name"\)&&t\.name\|\|/g,
    replace: '$t(t,"name")&&HOOKS.nameOf(t)||',
    times: 1,
  },
  {
    purpose: 'no name getter of a base class',
    find: /const e=ht\(t\)\.name;/g,
    replace: 'const e=HOOKS.nameOf(ht(t));',
    times: 1,
  },
  {
    purpose: 'no name getter of a function',
    find: /""===e\.name\?l\+=" \(anonymous\)":l\+=`: \$\{"string"==typeof e\.name\?e\.name:nr\(t,e\.name\)\}`/g,
    replace: '""===HOOKS.nameOf(e)?l+=" (anonymous)":l+=": "+HOOKS.nameOf(e)',
    times: 1,
  },
  { purpose: 'no stack getter of a subclass', find: /n=e\.stack\b/g, replace: 'n=HOOKS.stackOf(e)', times: 1 },
  { purpose: 'no message getter', find: /i=t\.message\}catch/g, replace: 'i=HOOKS.read(t,"message")}catch', times: 1 },
  {
    purpose: 'no name getter of an error',
    find: /l=t\.name\}catch/g,
    replace: 'l=HOOKS.read(t,"name")}catch',
    times: 1,
  },
  { purpose: 'no errors getter', find: /const e=t\.errors;/g, replace: 'const e=HOOKS.read(t,"errors");', times: 1 },
  { purpose: 'no cause getter', find: /\(\{cause:o\}=e\)/g, replace: 'o=HOOKS.read(e,"cause")', times: 1 },
  {
    purpose: 'URL prints through its own inspect.custom',
    find: /"string"==typeof t\.href&&t instanceof Pn\.URL/g,
    replace: '!1',
    times: 1,
  },
  { purpose: 'no getter of inspect.custom', find: /const n=e\[Ne\];/g, replace: 'const n=HOOKS.read(e,Ne);', times: 1 },
  { purpose: 'sets iterate natively', find: /null!==c\?e:Wt\(e\)/g, replace: 'HOOKS.setView(e,n)', times: 1 },
  { purpose: 'maps iterate natively', find: /null!==c\?e:Z\(e\)/g, replace: 'HOOKS.mapView(e,n)', times: 1 },
  {
    purpose: 'no source getter of a regular expression',
    find: /Bt\(null!==c\?e:new Lt\(e\)\)/g,
    replace: 'Bt(e)',
    times: 1,
  },
  {
    purpose: 'no getter of length, byteLength …',
    find: /nr\(t,e\[r\],n,o\)/g,
    replace: 'nr(t,HOOKS.read(e,r),n,o)',
    times: 1,
  },
  { purpose: 'the working directory needs no dimming', find: /t=process\.cwd\(\)/g, replace: 't=void 0', times: 1 },
  {
    purpose: 'proxies print as their target, as Node 20',
    find: /if\(0!==s\)for\(let e=0;e<s;/g,
    replace: 'for(let e=0;!1;',
    times: 1,
  },
  { purpose: 'replaced push', find: /t\.seen\.push\(e\)/g, replace: 'HOOKS.push(t.seen,e)', times: 2 },
  { purpose: 'replaced pop', find: /t\.seen\.pop\(\)/g, replace: 'HOOKS.pop(t.seen)', times: 3 },
  { purpose: 'replaced indexOf', find: /const n=t\.indexOf\(e\);/g, replace: 'const n=HOOKS.indexOf(t,e);', times: 1 },
  {
    purpose: 'replaced array iterator',
    find: /for\(let i of n\)\{/g,
    replace: 'for(let k=0,i=n[0];k<n.length;i=n[++k]){',
    times: 1,
  },
  { purpose: 'replaced includes', find: /t\.seen\.includes\(e\)/g, replace: 'HOOKS.includes(t.seen,e)', times: 1 },
  { purpose: 'replaced splice', find: /([rn])\.splice\(/g, replace: 'HOOKS.splice($1,', times: 3 },
  {
    purpose: 'brackets around hidden properties only, as Node 20',
    find: /`\$\{t\.stylize\(`\[\$\{r\}\]`,"string"\)\}: \$\{i\}`/g,
    replace: '(o?"["+r+"]":r)+": "+i',
    times: 1,
  },
  {
    purpose: 'symbol keys in brackets, as Node 20',
    find: /s=t\.stylize\(e,"symbol"\)\}else/g,
    replace: 's="["+t.stylize(e,"symbol")+"]"}else',
    times: 1,
  },
  {
    purpose: 'one pair of brackets around hidden symbol keys, as Node 20',
    find: /!1===i\.enumerable&&\(s=/g,
    replace: '!1===i.enumerable&&"symbol"!=typeof r&&(s=',
    times: 1,
  },
];

/** The patched source. `hooks` is the path of print/inspect-hooks.ts. Throws if a pattern does not match as stated. */
export function patchInspect(source: string, hooks: string): string {
  let patched = source;
  for (const { purpose, find, replace, times } of PATCHES) {
    const found = [...patched.matchAll(find)].length;
    if (found !== times) throw new Error(`node-inspect-extracted: “${purpose}” matches ${found} times, not ${times}`);
    patched = patched.replace(find, replace);
  }
  return `const HOOKS=require(${JSON.stringify(hooks)});\n${patched}`;
}
