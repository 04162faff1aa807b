/**
 * Answers what the test asks over the channel of its child process: `questions` by name. What a program prints is its tracer's
 * export, or its complaint.
 */
exports.answering = (questions) => {
  process.on("message", async ({ id, name, asked }) => {
    try {
      process.send({ id, answer: await questions[name](asked) });
    } catch (error) {
      process.send({ id, error: String(error?.stack ?? error) });
    }
  });
  process.on("disconnect", () => process.exit());
  process.send({ ready: true });
};
