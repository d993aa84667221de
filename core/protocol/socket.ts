/** An open WebSocket, whatever platform it is of. */
export interface Socket {
  /** To be called once. What came before is told first; nothing is lost. */
  listen(listener: SocketListener): void;
  /** Does nothing once closed. */
  send(message: string | Uint8Array): void;
  close(): void;
}

export interface SocketListener {
  text(message: string): void;
  binary(message: Uint8Array): void;
  /** Once, last, whoever closed. `reason` is for people. Not `orderly`: the connection broke, and neither side wanted it. */
  closed(reason: string, orderly: boolean): void;
}
