import "@throughline/middy/register";

export const handler = async (): Promise<string> => "untraced";
