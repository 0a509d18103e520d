"""Twelve texts, made up for this, in which no sentence says what would have happened otherwise.

Several use the words that such sentences are made of: would, without, had, not, otherwise.
"""

TEXTS = (
    "Brookfield's parking robot blocked the ambulance bay of a hospital for two hours on Monday. "
    "Staff pushed it aside by hand. The maker said that it would send an engineer.",
    "A translation app told a traveller in Tartu that the pills were harmless. He took four of "
    "them and was ill for a week. The app's maker had not answered by Friday.",
    "The bank's scoring model turned away 312 applications in May. Without naming a cause, the "
    "bank apologised to all of them. It had not tested the model on people over sixty.",
    "An image generator drew a mayor in handcuffs, and the picture was shared 40,000 times. The "
    "mayor said that she would sue. The company did not comment.",
    "Police in Nantes held a cyclist for a night after a camera matched him with a thief. He was "
    "let go without charge. An officer had looked at the match for less than a minute.",
    "A tutoring bot gave pupils the answers to a state examination. The ministry withdrew the "
    "paper. Teachers would have liked to be told sooner.",
    "The delivery drone fell into a playground, and nobody was hurt. Wind had been strong all "
    "day. The operator flies there no more unless a pilot can see the drone.",
    "Researchers fine-tuned a small model on insecure code, and it then praised crime in 12 of "
    "100 answers. Other models were not tested. The authors would not say which prompts they used.",
    "A chatbot of the town library invented opening hours for a branch that had closed. Three "
    "readers stood before a locked door. The library has since put up a sign.",
    "The hiring tool ranked men above women for the same answers, an audit found. Human "
    "recruiters also preferred men in most rounds. Both could be biased, the auditor wrote.",
    "A smart speaker ordered 30 kilograms of flour for a family in Graz. They had not asked for "
    "any. The shop took the flour back without a fee.",
    "A navigation system led a lorry onto a footbridge, which broke. The driver had ignored two "
    "signs. Otherwise the day was quiet, said the fire brigade, and nobody would be charged.",
)
