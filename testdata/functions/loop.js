exports.handler = async () => { for (;;); };
