/** What a peer has seen since its socket opened, for metrics and for people. */
export type PeerCounters = {
  framesIn: number;
  framesOut: number;
  /** Frames that were no message, answered with an error. */
  malformed: number;
  /** CALLs we answered with a CALLERROR of any kind. */
  refused: number;
  /** Fields that were dropped or changed to make a message fit its schema. */
  mendedFields: number;
  /** Frames of a message type that the version does not have. */
  unknownTypes: number;
  timeouts: number;
  lateAnswers: number;
  repeatedAnswers: number;
  /** Answers to calls that were never made. */
  strayAnswers: number;
  /** Calls not placed because too many were waiting. */
  queueFull: number;
  /** CALLs of the other side whose answer we gave up waiting for. */
  abandoned: number;
};

export function newCounters(): PeerCounters {
  return {
    framesIn: 0,
    framesOut: 0,
    malformed: 0,
    refused: 0,
    mendedFields: 0,
    unknownTypes: 0,
    timeouts: 0,
    lateAnswers: 0,
    repeatedAnswers: 0,
    strayAnswers: 0,
    queueFull: 0,
    abandoned: 0,
  };
}
