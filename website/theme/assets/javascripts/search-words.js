// The search takes what people type: --case-timeout, torch.special.erf, exp(x). Its own language has other meanings for
// these signs, and its index has the words alone; so they are parted as the index parts them (`separator` in mkdocs.yml).
(() => {
  const QUERY = 2;
  const words = (text) => text.replace(/[\s\-,:!=[\]()/|*+^~`]+|\.(?!\d)/g, " ").trim();
  const Found = window.Worker;
  window.Worker = class extends Found {
    postMessage(message) {
      super.postMessage(message && message.type === QUERY ? { ...message, data: words(message.data) } : message);
    }
  };
})();
