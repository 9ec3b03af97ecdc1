import { greet } from "./greet";

interface Answer {
  statusCode: number;
  body: string;
}

export const handler = async (event: { httpMethod: string }): Promise<Answer> => ({
  statusCode: 200,
  body: greet(event.httpMethod as string),
});
