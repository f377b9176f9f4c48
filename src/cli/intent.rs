//! `portcullis intent`: what a plan is, and tokens for labs and tests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::DecodePrivateKey;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{NO, OK, TROUBLE, complain, say};
use crate::config::{Config, Issuer};
use crate::daemon::SystemClock;
use crate::grammar::GrammarSet;
use crate::intent::mint::Mint;
use crate::intent::{Catalogue, Plan, Risk, Step};
use crate::ssh::keys::PublicKey;
use crate::sys;
use crate::terms::problem::printable;
use crate::terms::{Clock, CorrelationId, DeviceName, Platform};
use crate::token::{Jwks, MAX_JWKS};

#[cfg(test)]
mod tests;

/// The largest file of keys or intents that is read, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// Mint and plan intents, for labs and tests.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the commands that an intent stands for on a platform, with the digest that is signed
    #[command(after_help = PLAN_HELP)]
    Plan(PlanArgs),
    /// Sign a token as an issuer would. For labs and tests: a production issuer has a program and a key of its own
    #[command(after_help = MINT_HELP)]
    Mint(Box<MintArgs>),
}

const PLAN_HELP: &str = "Examples:
  portcullis intent plan                               the intents there are
  portcullis intent plan -p frr show_bgp_summary
  portcullis intent plan -p cisco_ios request_interface_shutdown \\
      --param interface=gi0/1 --json

The gate renders for the minter, so that both render alike: the member `plan`
of the JSON is the claim `plan` of a token.";

const MINT_HELP: &str = "Examples:
  portcullis intent mint --config gate.yaml --key issuer.pem -d r1 \\
      show_bgp_summary --out token
  PORTCULLIS_INTENT=$(cat token) ssh -o SendEnv=PORTCULLIS_INTENT \\
      net-mcp+r1@gate show bgp summary

A token is for one SSH key, one device, one intent, and for minutes. Until it
expires it is a secret: keep it in a file or in the environment, never in the
arguments of a command, which every user of the machine can read.";

/// What both subcommands must know to expand an intent.
#[derive(Debug, clap::Args)]
struct Wanted {
    /// The intent
    #[arg(value_name = "INTENT")]
    action: Option<String>,
    /// A parameter of the intent; once for each
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = pair)]
    params: Vec<(String, String)>,
    /// The gate's configuration: everything that it says once need not be said here
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The device
    #[arg(long, short = 'd')]
    device: Option<String>,
    /// The device's platform; with --config that of the inventory
    #[arg(long, short = 'p')]
    platform: Option<String>,
    /// A file of the catalogue, instead of the shipped one; once for each
    #[arg(long, value_name = "FILE")]
    intents: Vec<PathBuf>,
    /// A folder of grammars that replace shipped ones; with --config that of the gate
    #[arg(long, value_name = "DIR")]
    grammars: Option<PathBuf>,
}

/// Exit status 0: there is such a plan. 1: there is none. 2: the question could not be asked.
#[derive(Debug, clap::Args)]
struct PlanArgs {
    #[command(flatten)]
    wanted: Wanted,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

/// Exit status 0: minted. 1: there is no plan to sign. 2: the question could not be asked.
#[derive(Debug, clap::Args)]
struct MintArgs {
    #[command(flatten)]
    wanted: Wanted,
    /// The issuer's Ed25519 private key (PKCS#8 PEM), readable by you alone
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The id of that key in the issuer's key set; with --config looked up there
    #[arg(long)]
    kid: Option<String>,
    /// `iss`; with --config the only issuer
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
    /// The gate the token is for: `aud` is `portcullis:GATE`
    #[arg(long)]
    gate: Option<String>,
    /// The human, `user:ID`; with --config the issuer's only subject
    #[arg(long, value_name = "USER")]
    subject: Option<String>,
    /// The agent, `agent:NAME#INSTANCE`; with --config the issuer's only agent, as instance `cli`
    #[arg(long, value_name = "AGENT")]
    actor: Option<String>,
    /// `req_wl`, the MCP server's workload; with --config that of the issuer
    #[arg(long)]
    workload: Option<String>,
    /// The SSH public key that must carry the token (OpenSSH format); with --config the issuer's only carrier key
    #[arg(long, value_name = "FILE")]
    carrier: Option<PathBuf>,
    /// The change ticket
    #[arg(long)]
    ticket: Option<String>,
    /// Why, in a person's words
    #[arg(long)]
    reason: Option<String>,
    /// The correlation id; a fresh one when left out
    #[arg(long)]
    txn: Option<CorrelationId>,
    /// How long the token lives; when left out as long as its scope allows: 300 to read, 120 to change
    #[arg(long, value_name = "SECONDS")]
    ttl: Option<u32>,
    /// How many session channels it is good for; a change has one
    #[arg(long, default_value_t = 1)]
    max_uses: u32,
    /// Write the token to a new file that only you may read, instead of to stdout
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("wanted: NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Why there is no answer, with the exit status.
#[derive(Debug)]
struct Failure(u8, String);

fn trouble(why: impl std::fmt::Display) -> Failure {
    Failure(TROUBLE, why.to_string())
}

pub(super) fn run(args: &Args) -> u8 {
    let answer = match &args.command {
        Command::Plan(args) => plan(args).map(|text| say(&text)),
        Command::Mint(args) => mint(args).and_then(|token| hand_over(&token, args.out.as_deref())),
    };
    match answer {
        Ok(()) => OK,
        Err(Failure(status, why)) => {
            complain(&why);
            status
        }
    }
}

/// The files that an answer rests on.
struct Desk {
    config: Option<Config>,
    grammars: GrammarSet,
    catalogue: Catalogue,
}

impl Desk {
    fn open(wanted: &Wanted) -> Result<Self, Failure> {
        let config = wanted.config.as_deref().map(Config::load).transpose().map_err(trouble)?;
        let dir = wanted.grammars.as_ref().or(config.as_ref().and_then(|config| config.grammars.as_ref()));
        let grammars = dir.map_or_else(GrammarSet::shipped, |dir| GrammarSet::load(dir)).map_err(trouble)?;
        if wanted.intents.is_empty() && config.as_ref().is_some_and(|config| config.rules.is_some()) {
            return Err(trouble(
                "the gate has a catalogue of its own in `rules`: name its files with --intents",
            ));
        }
        let files = wanted.intents.iter().map(|path| {
            let text = sys::read_text(path, MAX_FILE);
            text.map(|text| (path.display().to_string(), text)).map_err(|fault| in_file(path, &fault))
        });
        let files: Vec<(String, String)> = files.collect::<Result<_, _>>()?;
        let catalogue = match files.as_slice() {
            [] => Catalogue::shipped(&grammars),
            files => Catalogue::parse(files, &grammars),
        };
        Ok(Self { config, catalogue: catalogue.map_err(trouble)?, grammars })
    }

    /// The platform that was named, or that of the device in the inventory.
    fn platform(&self, wanted: &Wanted) -> Result<Platform, Failure> {
        if let Some(name) = &wanted.platform {
            return name.parse().map_err(trouble);
        }
        let device: Option<DeviceName> =
            wanted.device.as_deref().map(str::parse).transpose().map_err(trouble)?;
        let (Some(config), Some(device)) = (&self.config, device) else {
            return Err(trouble("give --platform, or --config and --device"));
        };
        let found = config.devices.iter().find(|own| own.name == device);
        found
            .map(|own| own.platform.clone())
            .ok_or_else(|| trouble(format!("the inventory has no device `{device}`")))
    }

    fn plan(&self, wanted: &Wanted, action: &str) -> Result<Plan, Failure> {
        self.catalogue
            .plan(action, &params(wanted)?, &self.platform(wanted)?, &self.grammars)
            .map_err(|fault| Failure(NO, fault.to_string()))
    }
}

fn params(wanted: &Wanted) -> Result<BTreeMap<String, String>, Failure> {
    let mut params = BTreeMap::new();
    for (name, value) in &wanted.params {
        if params.insert(name.clone(), value.clone()).is_some() {
            return Err(trouble(format!("the parameter `{}` is given twice", printable(name))));
        }
    }
    Ok(params)
}

fn in_file(path: &Path, why: &dyn std::fmt::Display) -> Failure {
    trouble(format!("{}: {why}", path.display()))
}

fn plan(args: &PlanArgs) -> Result<String, Failure> {
    let desk = Desk::open(&args.wanted)?;
    let Some(action) = &args.wanted.action else { return Ok(listing(&desk.catalogue, args.json)) };
    let plan = desk.plan(&args.wanted, action)?;
    let scope = desk.catalogue.intent(action).map_or("", |intent| intent.risk().scope().as_str());
    if args.json {
        let steps = |steps: &[Step]| {
            let one = |step: &Step| serde_json::json!({"mode": step.mode.as_str(), "command": step.text});
            steps.iter().map(one).collect::<Vec<_>>()
        };
        return Ok(serde_json::json!({
            "action": action, "platform": plan.platform().as_str(), "scope": scope,
            "steps": steps(plan.steps()), "extra_reads": steps(plan.extra_reads()),
            "plan": {"c": "pcp1", "n": plan.count(), "sha256": plan.digest_text()},
        })
        .to_string());
    }
    let mut lines = vec![format!("{action} on {}, scope {scope}", plan.platform())];
    for (title, steps) in [("plan", plan.steps()), ("extra reads, at any time", plan.extra_reads())] {
        lines.extend((!steps.is_empty()).then(|| format!("{title}:")));
        lines.extend(steps.iter().map(|step| format!("  {:<12} {}", step.mode, step.text)));
    }
    lines.push(format!("n       {}\nsha256  {}", plan.count(), plan.digest_text()));
    Ok(lines.join("\n"))
}

fn listing(catalogue: &Catalogue, json: bool) -> String {
    let lines = catalogue.intents().map(|intent| {
        let platforms: Vec<&str> = intent.platforms().map(Platform::as_str).collect();
        let params: BTreeMap<&str, &str> =
            intent.params().iter().map(|(name, param)| (name.as_str(), param.kind.name())).collect();
        if json {
            let risk = if intent.risk() == Risk::Change { "change" } else { "read" };
            return serde_json::json!({
                "intent": intent.name().as_str(), "about": intent.about(), "risk": risk,
                "params": params, "platforms": platforms,
            })
            .to_string();
        }
        let params: String = params.iter().map(|(name, kind)| format!(" {name}=<{kind}>")).collect();
        format!("{}{params}\n    {}; on {}", intent.name(), intent.about(), platforms.join(", "))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn mint(args: &MintArgs) -> Result<Zeroizing<String>, Failure> {
    let wanted = &args.wanted;
    let desk = Desk::open(wanted)?;
    let action = wanted
        .action
        .clone()
        .ok_or_else(|| trouble("name an intent; `portcullis intent plan` lists them"))?;
    let scope = desk.catalogue.intent(&action).map(|intent| intent.risk().scope());
    let longest = scope.and_then(|scope| u32::try_from(scope.lifetime().as_secs()).ok());
    let key = signing_key(&args.key)?;
    let issuer = desk.config.as_ref().and_then(|config| issuer(config, args.issuer.as_deref()));
    let said = |given: &Option<String>, known: Option<String>, option: &str| {
        given
            .clone()
            .or(known)
            .ok_or_else(|| trouble(format!("give {option}, or a --config that settles it")))
    };
    let gate = said(&args.gate, desk.config.as_ref().map(|config| config.gate.clone()), "--gate")?;
    let actor = issuer.and_then(|issuer| only(&issuer.agents)).map(|agent| format!("{agent}#cli"));
    let mint = Mint {
        kid: said(&args.kid, issuer.and_then(|issuer| kid(issuer, &key)), "--kid")?,
        issuer: said(&args.issuer, issuer.map(|issuer| issuer.name.to_string()), "--issuer")?,
        audience: format!("portcullis:{gate}"),
        subject: said(&args.subject, issuer.and_then(|issuer| only(&issuer.subjects)), "--subject")?,
        actor: said(&args.actor, actor, "--actor")?,
        workload: said(&args.workload, issuer.map(|issuer| issuer.workload.clone()), "--workload")?,
        device: said(&wanted.device, None, "--device")?,
        platform: desk.platform(wanted)?.to_string(),
        action,
        params: params(wanted)?,
        ticket: args.ticket.clone(),
        reason: args.reason.clone(),
        ssh_key: carrier(args.carrier.as_deref(), desk.config.as_ref().zip(issuer))?,
        txn: args.txn.clone().unwrap_or_else(|| CorrelationId::mint(Uuid::now_v7())),
        jti: Uuid::new_v4().simple().to_string(),
        now: SystemClock::default().wall(),
        ttl_seconds: args.ttl.or(longest).unwrap_or_default(),
        max_uses: args.max_uses,
    };
    mint.sign(&key, &desk.catalogue, &desk.grammars).map_err(|fault| Failure(NO, fault.to_string()))
}

fn signing_key(path: &Path) -> Result<SigningKey, Failure> {
    let bytes = sys::read_secret(path, MAX_FILE).map_err(|fault| in_file(path, &fault))?;
    let pem = std::str::from_utf8(&bytes).ok();
    pem.and_then(|pem| SigningKey::from_pkcs8_pem(pem).ok()).ok_or_else(|| {
        in_file(
            path,
            &"not an Ed25519 private key in PKCS#8 PEM; `openssl genpkey -algorithm ed25519` makes one",
        )
    })
}

/// The issuer that was named, or the only one.
fn issuer<'c>(config: &'c Config, name: Option<&str>) -> Option<&'c Issuer> {
    match (name, config.issuers.as_slice()) {
        (None, [one]) => Some(one),
        (None, _) => None,
        (Some(name), all) => all.iter().find(|issuer| issuer.name.as_str() == name),
    }
}

fn only(list: &[String]) -> Option<String> {
    if let [one] = list { Some(one.clone()) } else { None }
}

/// The id under which the issuer's key set has the key.
fn kid(issuer: &Issuer, key: &SigningKey) -> Option<String> {
    let max = u64::try_from(MAX_JWKS).unwrap_or(u64::MAX);
    let text = sys::read_text(&issuer.jwks.path, max).ok()?;
    Jwks::parse(&text).ok()?.kid_of(&key.verifying_key()).map(str::to_owned)
}

/// The blob of the key in the file, or of the only key among the issuer's carriers.
fn carrier(file: Option<&Path>, known: Option<(&Config, &Issuer)>) -> Result<Vec<u8>, Failure> {
    if let Some(path) = file {
        let text = sys::read_text(path, MAX_FILE).map_err(|fault| in_file(path, &fault))?;
        let key = PublicKey::from_openssh(text.trim()).map_err(|fault| in_file(path, &fault))?;
        return key.to_bytes().map_err(|fault| in_file(path, &fault));
    }
    let keys: Vec<&PublicKey> = known.map_or_else(Vec::new, |(config, issuer)| {
        let carriers = config.principals.iter().filter(|principal| issuer.carriers.contains(&principal.name));
        carriers.flat_map(|principal| &principal.keys).collect()
    });
    match keys.as_slice() {
        [one] => one.to_bytes().map_err(trouble),
        _ => Err(trouble("give --carrier, or a --config that settles it")),
    }
}

fn hand_over(token: &Zeroizing<String>, out: Option<&Path>) -> Result<(), Failure> {
    match out {
        None => say(token),
        Some(path) => sys::write_new_secret(path, token.as_bytes()).map_err(|fault| in_file(path, &fault))?,
    }
    Ok(())
}
