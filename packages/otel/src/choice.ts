/** What a variable of the environment chooses; a value that is none of the choices is said aloud and passed over. */
export function choiceFromEnvironment<Choice extends string>(
  variable: string,
  choices: readonly Choice[],
  env: NodeJS.ProcessEnv = process.env,
): Choice | undefined {
  const value = env[variable]?.trim();
  const choice = choices.find((one) => one === value);
  if (value && choice === undefined)
    console.warn(`Throughline: ${variable}="${value}" is none of ${choices.join(", ")}`);
  return choice;
}
