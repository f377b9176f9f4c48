//! The front against real clients: OpenSSH, and russh where OpenSSH cannot be made to misbehave. Behind it stands a gate
//! that knows a few accounts and does as it is told in the exec request.

mod ends;
mod gate;
mod house;
mod login;
mod requests;
