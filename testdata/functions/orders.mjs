// A function that knows nothing of HTTP.
export const handler = async (event) => {
  if (event.pet === "unicorn") {
    throw new RangeError("No such pet: " + event.pet);
  }
  if (event.pet === "dragon") {
    throw new Error("the barn\nburns");
  }
  return { number: event.pet.length, from: event.from };
};
