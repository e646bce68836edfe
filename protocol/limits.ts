/** Every number that bounds what one side may send. The receiving side checks each of them. Sizes in bytes. */

export const LIMITS = {
  /** Payload of one frame on the log channel or a data channel. */
  framePayload: 256 * 1024,
  /** Payload of one frame on the control channel. */
  controlFramePayload: 64 * 1024,
  /** A message of the client, all its frames together. */
  clientMessage: 2 * 1024 * 1024,
  /** A message or log event of the server, all its frames together. */
  serverMessage: 8 * 1024 * 1024,
  /** One WebSocket message (the platform itself refuses more than 32 MiB). */
  socketMessage: 16 * 1024 * 1024,
  /** Frames in one WebSocket message. */
  socketMessageFrames: 4096,
  /** Control frames other than CREDIT, PROOF and SUBMIT that a client may send within one second. */
  controlFramesPerSecond: 100,
  /** UTF-8 bytes of a name or version that one side tells the other. */
  label: 128,
  /** UTF-8 bytes of the path of a file. */
  path: 4096,
  /** Seconds that an input or program may ask for, at most. */
  timeoutSeconds: 86_400,
  /** UTF-8 bytes of the code of one input. */
  inputCode: 1024 * 1024,
  /** Inputs in one answer to `split`. */
  splitInputs: 1000,
  /** UTF-8 bytes of a string value that a result carries whole. */
  resultString: 1024 * 1024,
  /** Forms in which an input shows one thing, and their bytes together. */
  displayForms: 16,
  display: 1024 * 1024,
  /** UTF-8 bytes of a line that a terminal gives to an input that asked for one. */
  replyText: 1024 * 1024,
  /** Inputs that may wait behind the running one. */
  queuedInputs: 1000,
  /** UTF-8 bytes of the code of all inputs that wait. */
  queuedCode: 4 * 1024 * 1024,
  /** Sources of one program, all together. */
  programSources: 8 * 1024 * 1024,
  programSourceFiles: 1000,
  programArguments: 1000,
  /** UTF-8 bytes of all arguments and environment entries of a program together. */
  programArgumentBytes: 128 * 1024,
  /** Output of one input or program. */
  output: 1024 * 1024 * 1024,
  /** Log bytes that a client may be sent before it grants credit. */
  initialCredit: 256 * 1024,
  /** Log bytes beyond those already sent that a grant may allow; what it allows beyond that is ignored. */
  credit: 4 * 1024 * 1024,
  /** Bytes, on all channels, after which a server asks a client to prove that it reads. */
  mark: 256 * 1024,
  /** Bytes that a client has not proven to have read, beyond which log events wait. */
  unread: 8 * 1024 * 1024,
  /** The same, beyond which the server ends the connection. */
  unreadControl: 32 * 1024 * 1024,
  /** Log bytes that a session keeps. */
  log: 16 * 1024 * 1024,
  logSegment: 1024 * 1024,
  /** How far a lossless reader may lag before what it reads pauses. */
  losslessLag: 4 * 1024 * 1024,
  /** Nesting of arrays and maps in a MessagePack payload. */
  depth: 8,
  /** Keys of one map in a MessagePack payload. */
  mapKeys: 64,
  /** Values in the MessagePack payload of a client's message, those inside arrays and maps included. */
  clientValues: 16_384,
  /** Terminals attached to one session. */
  terminals: 100,
  /** Channels that one connection may have open. */
  channels: 16,
  /** Bytes of program input that a client may send before it is granted credit. */
  stdinCredit: 256 * 1024,
} as const;
