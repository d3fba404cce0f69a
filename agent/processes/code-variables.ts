/**
 * Variables by which whoever writes a release could make an allowed program run other code than its own, and so get past the allow list:
 * those that dynamic loaders and libraries load from (ld.so(8), dyld(1), iconv_open(3), openssl-env(7)), those that common runtimes run
 * before a program, and those by which programs find others. No such list is whole; an allowed interpreter runs anything anyway.
 */
const NAMES: ReadonlySet<string> = new Set([
  'PATH', 'HOME', 'SHELL', 'GCONV_PATH', 'OPENSSL_CONF', 'OPENSSL_ENGINES', 'OPENSSL_MODULES',
  'BASH_ENV', 'SHELLOPTS', 'ZDOTDIR', 'NODE_OPTIONS', 'NODE_PATH',
  'PYTHONBREAKPOINT', 'PYTHONHOME', 'PYTHONPATH', 'PYTHONSTARTUP', 'PYTHONUSERBASE', 'PYTHONWARNINGS',
  'PERL5DB', 'PERL5LIB', 'PERL5OPT', 'PERLLIB', 'RUBYLIB', 'RUBYOPT', 'GEM_HOME', 'GEM_PATH', 'LUA_CPATH', 'LUA_INIT', 'LUA_PATH', 'PHPRC', 'PHP_INI_SCAN_DIR',
  'CLASSPATH', 'JAVA_HOME', 'JAVA_TOOL_OPTIONS', 'JDK_JAVA_OPTIONS', '_JAVA_OPTIONS', 'DOTNET_ADDITIONAL_DEPS', 'DOTNET_ROOT', 'DOTNET_STARTUP_HOOKS',
]);

const FAMILIES = /^(?:LD_|DYLD_|COR_PROFILER|CORECLR_PROFILER)/;

/** Whether a variable of this name could make a program run other code than its own. */
export function mayBringCode(name: string): boolean {
  return NAMES.has(name) || FAMILIES.test(name);
}
